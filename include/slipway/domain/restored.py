"""How long it took to restore a service that a release in Prod had made worse (R18). Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from slipway.domain.activity import Activity, ActivityKind
from slipway.domain.json_value import JsonObject
from slipway.domain.release import Attempt, Stage
from slipway.domain.rollback import in_words
from slipway.domain.stage_ending import deciding_undo


@dataclass(frozen=True, kw_only=True)
class Objection:
    """A check, a person or a target that said no to what a stage brought."""

    by: str
    """`smoke`, `watch`, `confirm`, `verdict`, `stop` or `deploy`."""
    at: datetime


_WORDS = {
    "smoke": "smoke did not pass",
    "watch": "the watch failed",
    "confirm": "a person who looked at live said no",
    "verdict": "a person said no",
    "stop": "it was stopped",
    "deploy": "its deploy failed",
}


@dataclass(frozen=True, kw_only=True)
class Restored:
    """What is back, and when what went before it happened. `deployed_at` None: the deploy never ended well."""

    version: str | None
    instead_of: str
    deployed_at: datetime | None
    first: Objection
    at: datetime

    @property
    def took(self) -> timedelta:
        """From the first objection on."""
        return max(timedelta(), self.at - self.first.at)

    def __str__(self) -> str:
        return f"restored after {in_words(self.took)}, counted from when {_WORDS[self.first.by]}"

    def as_json(self) -> JsonObject:
        """For the log."""
        return {
            "from": self.instead_of,
            "to": self.version,
            "deployed_at": None if self.deployed_at is None else self.deployed_at.isoformat(),
            "first_no": self.first.by,
            "first_no_at": self.first.at.isoformat(),
            "restored_at": self.at.isoformat(),
            "seconds": round(self.took.total_seconds(), 1),
        }


def restored(
    attempt: Attempt, stage: Stage, activities: Sequence[Activity], objections: Sequence[Objection]
) -> Restored | None:
    """None where the artefact was never touched, where nothing ran before, or where it is not back."""
    undo = deciding_undo(activities)
    deploys = [one for one in activities if one.kind is ActivityKind.DEPLOY]
    if not deploys or stage.previous_digest is None or undo is None or not undo.state.succeeded:
        return None
    failed = [Objection(by="deploy", at=one.closed_at) for one in deploys if one.closed_at and not one.state.succeeded]
    first = min((*objections, *failed), key=lambda one: one.at, default=None)
    if first is None or undo.closed_at is None:
        return None
    done = [one.closed_at for one in deploys if one.closed_at and one.state.succeeded]
    return Restored(
        version=stage.previous_version,
        instead_of=attempt.version,
        deployed_at=done[-1] if done else None,
        first=first,
        at=undo.closed_at,
    )
