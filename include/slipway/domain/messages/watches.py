"""Live, while it is watched, and the verdict on it."""

from collections.abc import Sequence
from datetime import datetime

from slipway.domain.message import Message
from slipway.domain.message_routes import MessageChannel
from slipway.domain.messages.words import headline
from slipway.domain.release import Attempt
from slipway.domain.verdict import Verdict

_BAD = ": marked bad, and still runs"


def began(attempt: Attempt, environment: str, minutes: int, checks: Sequence[str], until: datetime) -> Message:
    """Live begins to be watched.

    `until`: how long somebody stays around."""
    return Message(
        key=f"{attempt.id}:watch:began",
        channel=MessageChannel.DEPLOY,
        text=f"{attempt.service} {attempt.version} ({attempt.id}) is watched in {environment} for {minutes}"
        f" {'minute' if minutes == 1 else 'minutes'}:"
        f" {', '.join(checks)}. Somebody stays around until {until:%H:%M} UTC",
        release_id=attempt.release_id,
        headline=headline(attempt, f"{environment}: watched, until {until:%H:%M} UTC at most"),
    )


def ended(attempt: Attempt, environment: str, verdict: Verdict, detail: str) -> Message:
    """The watch of live has ended."""
    return Message(
        key=f"{attempt.id}:watch:ended",
        channel=MessageChannel.DEPLOY,
        text=f"{attempt.service} {attempt.version} ({attempt.id}): watch of {environment}: {verdict}. {detail}",
        release_id=attempt.release_id,
        headline=headline(attempt, f"{environment}: watch: {verdict}"),
    )


def verdict_given(attempt: Attempt, by: str, verdict: Verdict, reason: str, follows: str) -> Message:
    """Somebody settles the verdict that was still owed."""
    return Message(
        key=f"{attempt.id}:verdict",
        channel=MessageChannel.DEPLOY,
        text=f"{attempt.service} {attempt.version} ({attempt.id}): {by} says {verdict}: {reason}. {follows}",
        release_id=attempt.release_id,
        headline=headline(attempt, f"live, {by} says {verdict}{_BAD if verdict is Verdict.FAIL else ''}"),
        loud=verdict is Verdict.FAIL,
    )
