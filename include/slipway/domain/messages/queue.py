"""The queue: who waits for nothing, and who goes first."""

from collections.abc import Sequence

from slipway.domain.message import Message
from slipway.domain.message_routes import MessageChannel
from slipway.domain.messages.words import headline
from slipway.domain.policy.decision import Blocker
from slipway.domain.release import Attempt, Stage
from slipway.domain.service import StageRole


def waits(attempt: Attempt, stage: Stage, place: int, blockers: Sequence[Blocker]) -> Message:
    """A stage is in the queue, and cannot start at once."""
    return Message(
        key=f"{attempt.id}:{stage.role}:waits",
        channel=MessageChannel.DEPLOY,
        headline=headline(attempt, f"{stage.environment}: in the queue"),
        text=f"{attempt.service} {attempt.version} ({attempt.release_id}) is in place {place} of the queue, for"
        f" {stage.environment}, and waits: {_briefly(blockers)}. `slipway queue` says when to expect its start",
        release_id=attempt.release_id,
    )


def waits_in_dev(attempt: Attempt, stage: Stage, blockers: Sequence[Blocker]) -> Message:
    """What a person asked for waits before the queue, for what somebody must end."""
    return Message(
        key=f"{attempt.id}:{stage.role}:waits",
        channel=MessageChannel.DEPLOY,
        headline=headline(attempt, f"{stage.environment}: waits"),
        text=f"{attempt.service} {attempt.version} ({attempt.release_id}) waits in {stage.environment}:"
        f" {_briefly(blockers)}. `slipway explain {attempt.service} {stage.environment}` says who can end it",
        release_id=attempt.release_id,
    )


def _briefly(blockers: Sequence[Blocker]) -> str:
    """What people must end first, what time ends last."""
    first = min(blockers, key=lambda one: (one.clears_at is not None, one.code != "hold"))
    more = f", and {len(blockers) - 1} more" if len(blockers) > 1 else ""
    return f"{first.message}{more}"


def never_fits(attempt: Attempt, role: StageRole, why: str) -> Message:
    """A stage is in the queue that no release window is long enough for."""
    return Message(
        key=f"{attempt.id}:{role}:never_fits",
        channel=MessageChannel.PAGE,
        text=f"{attempt.service} {attempt.version} ({attempt.release_id}) waits for nothing: {why}",
        release_id=attempt.release_id,
        headline=headline(attempt, f"{role}: fits no release window"),
    )


def overtaken(attempt: Attempt, role: StageRole, because: str) -> Message:
    """An urgent release takes the lane from one that is only watched."""
    return Message(
        key=f"{attempt.id}:{role}:overtaken",
        channel=MessageChannel.DEPLOY,
        text=f"{attempt.service} {attempt.version} is watched on without the lane: {because} goes first",
        release_id=attempt.release_id,
    )
