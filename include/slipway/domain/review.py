"""Reviews: what was done in a hurry is looked at afterwards, by a manager who had no part in it (R20)."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from slipway.domain.platform import Party, Platform


class ReviewKind(StrEnum):
    """What asks for a review."""

    EMERGENCY = "emergency"
    SECURITY = "security"
    BREAK_GLASS = "break_glass"
    ROLLBACK = "rollback"
    ROLLBACK_ALONE = "rollback_alone"
    """One person rolled back in an incident what takes two: a finding from the start, until the second agrees."""


@dataclass(frozen=True, kw_only=True)
class Review:
    """`about` is for people; `release_id` None: it is about no release, and belongs to no team."""

    id: int
    kind: ReviewKind
    about: str
    release_id: str | None
    service: str | None
    opened_by: str
    opened_at: datetime
    closed_by: str | None

    def due_at(self, platform: Platform) -> datetime:
        """When it becomes a finding, if it is still open then."""
        if self.kind is ReviewKind.ROLLBACK_ALONE:
            return self.opened_at
        return self.opened_at + timedelta(minutes=platform.review_life_minutes)


def parties(declarers: frozenset[str], approvers: frozenset[str]) -> Mapping[Party, frozenset[str]]:
    """Who had a part in it, under each name that the table may have for them."""
    return {
        Party.DECLARER: declarers,
        Party.REQUESTER: declarers,
        Party.APPROVER: approvers,
        Party.AUTHORISER: approvers,
    }
