"""The queue: who waits for nothing, and who goes first."""

from slipway.domain.message import Message
from slipway.domain.message_routes import MessageChannel
from slipway.domain.release import Attempt
from slipway.domain.service import StageRole


def never_fits(attempt: Attempt, role: StageRole, why: str) -> Message:
    """A stage is in the queue that no release window is long enough for."""
    return Message(
        key=f"{attempt.id}:{role}:never_fits",
        channel=MessageChannel.PAGE,
        text=f"{attempt.service} {attempt.version} ({attempt.release_id}) waits for nothing: {why}",
        release_id=attempt.release_id,
    )


def overtaken(attempt: Attempt, role: StageRole, because: str) -> Message:
    """An urgent release takes the lane from one that is only watched."""
    return Message(
        key=f"{attempt.id}:{role}:overtaken",
        channel=MessageChannel.DEPLOY,
        text=f"{attempt.service} {attempt.version} is watched on without the lane: {because} goes first",
        release_id=attempt.release_id,
    )
