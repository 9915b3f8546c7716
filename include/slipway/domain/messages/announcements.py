"""Announcements: what is potentially problematic, and whose changes a release takes along."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from slipway.domain.announcement import announcement_key
from slipway.domain.commits import CommitsSinceLive
from slipway.domain.message import Message
from slipway.domain.message_routes import MessageChannel
from slipway.domain.policy.objections_had_time import how_to_acknowledge, how_to_object, in_words, waits
from slipway.domain.release import Attempt, Release

MOST_NAMED = 20


def beforehand(release: Release, attempt: Attempt, environment: str, time: timedelta, now: datetime) -> Message:
    """A potentially problematic release will go live.

    Beside the release's thread, not in it: whoever follows no release must see it, too."""
    behalf = f" on behalf of team {release.for_team}" if release.for_team else ""
    return Message(
        key=announcement_key(release.id, attempt.version),
        channel=MessageChannel.DEPLOY,
        text=f"{release.service} {attempt.version} ({release.id}) is potentially problematic, says"
        f" {release.requested_by}, who asks{behalf} for it: {release.summary}. {_when(release, environment, time, now)}"
        f" Who objects holds it back: {how_to_object(release)} Who has seen this says so:"
        f" {how_to_acknowledge(release)}",
    )


def _when(release: Release, environment: str, time: timedelta, now: datetime) -> str:
    if not waits(release):
        return f"It goes live in {environment} as soon as it is authorised: {release.kind} changes do not wait."
    earliest = f"{now + time:%Y-%m-%d %H:%M} UTC"
    return f"It goes live in {environment} at {earliest} at the earliest, {in_words(time)} after this has arrived."


def acknowledged(release: Release, version: str, by: str) -> Message:
    """An announcement that no channel has delivered is acknowledged, which stands in for that."""
    return Message(
        key=f"{release.id}:{version}:acknowledged",
        channel=MessageChannel.DEPLOY,
        text=f"{release.service} {version} ({release.id}): no channel has delivered that it is potentially problematic;"
        f" {by} has acknowledged it instead, so it waits for objections no longer",
    )


def authors(
    release: Release, version: str, commits: CommitsSinceLive, names: Sequence[str], addresses: Sequence[str]
) -> Message:
    """A release takes along the changes of these people."""
    more = len(names) - MOST_NAMED
    said = ", ".join(names[:MOST_NAMED]) + (f" and {more} others" if more > 0 else "")
    return Message(
        key=f"authors:{release.id}:{version}",
        channel=MessageChannel.DEPLOY,
        text=f"{release.service} {version} ({release.id}) takes along {commits.total} commits since {commits.since},"
        f" which is live. They are by {said}. Who knows a reason to wait: {how_to_object(release)} Who has seen this:"
        f" {how_to_acknowledge(release)}",
        release_id=release.id,
        mentions=tuple(dict.fromkeys(addresses))[:MOST_NAMED],
    )
