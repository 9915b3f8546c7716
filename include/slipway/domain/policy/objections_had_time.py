"""What is potentially problematic goes live only when people were told and had time to object (R14)."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from slipway.domain.announcement import Announcement
from slipway.domain.authority import Matter, why_not
from slipway.domain.people import People
from slipway.domain.platform import Action, Party, Platform
from slipway.domain.policy.decision import Blocker, Facts
from slipway.domain.release import Release
from slipway.domain.service import StageRole


def check(facts: Facts, now: datetime) -> Iterator[Blocker]:
    """`objections_open`, in Prod only: not told yet, told to nobody, or told too short a while ago."""
    if not is_announced(facts) or not waits(facts.release) or _is_acknowledged(facts):
        return
    release, announcement, time = facts.release, facts.announcement, time_to_object(facts.platform)
    delivered = None if announcement is None else announcement.delivered
    if announcement is None:
        yield _blocker("it is not announced yet", "the platform, which announces it when it asks about live")
    elif delivered is None:
        who = facts.platform.rule(Action.ACKNOWLEDGE_UNDELIVERED).who.describe()
        yield _blocker(
            f"no channel has delivered its announcement: {announcement.problem}",
            f"time, {in_words(time)} after it is delivered; or {who}, who did not ask for it:"
            f" {how_to_acknowledge(release)}",
        )
    elif now < delivered.at + time:
        yield _blocker(
            f"people were told at {delivered.at:%Y-%m-%d %H:%M} UTC by {delivered.way}, and have {in_words(time)} to"
            f" object: {how_to_object(release)}",
            "time",
            delivered.at + time,
        )


def is_announced(facts: Facts) -> bool:
    """Whether this stage is one that is announced beforehand. A way back is not: it must not wait for anybody."""
    return facts.stage.role is StageRole.PROD and facts.release.problematic and facts.release.rollback is None


def waits(release: Release) -> bool:
    """Emergency and security changes are announced all the same, and skip the wait as they skip the window (R20)."""
    return not release.kind.rank


def time_to_object(platform: Platform) -> timedelta:
    """From the announcement's arrival on."""
    return timedelta(minutes=platform.messages.objection_minutes)


def in_words(time: timedelta) -> str:
    """For people."""
    minutes = round(time.total_seconds() / 60)
    return "1 minute" if minutes == 1 else f"{minutes} minutes"


def how_to_object(release: Release) -> str:
    """The command."""
    return f"slipway object {release.id} --reason …"


def how_to_acknowledge(release: Release) -> str:
    """The command."""
    return f"slipway acknowledge {release.id}"


def why_not_instead(platform: Platform, people: People, release: Release, person: str) -> str | None:
    """None if this person's acknowledgement counts in the place of a delivery; else the reason in words."""
    matter = Matter(team=release.team, parties={Party.REQUESTER: release.requesters})
    return why_not(platform.rule(Action.ACKNOWLEDGE_UNDELIVERED), people.find(person), matter, people)


def _is_acknowledged(facts: Facts) -> bool:
    """By somebody whose word counts, while it had reached nobody; once it has, others have their time."""
    return facts.announcement is not None and any(
        why_not_instead(facts.platform, facts.people, facts.release, person) is None
        for person in _before_delivery(facts.announcement)
    )


def _before_delivery(announcement: Announcement) -> Iterator[str]:
    delivered = announcement.delivered
    for one in announcement.acknowledged:
        if delivered is None or one.at < delivered.at:
            yield one.person


def _blocker(message: str, cleared_by: str, clears_at: datetime | None = None) -> Blocker:
    message = f"it is potentially problematic, and {message}"
    return Blocker(code="objections_open", message=message, clears_at=clears_at, cleared_by=cleared_by)
