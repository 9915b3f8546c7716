"""Rollbacks, and whatever brings back what ran before."""

from slipway.domain.message import Message
from slipway.domain.message_routes import MessageChannel
from slipway.domain.messages.words import how_to_second
from slipway.domain.release import Attempt, Release, Stage
from slipway.domain.rollback import Rollback
from slipway.domain.two_people import PendingAct


def asked_for(release: Release, rollback: Rollback, by: str, reason: str) -> Message:
    """Somebody rolls a service back, and it begins."""
    return _asked(release, f"{release.service}: {by} rolls back {rollback} ({release.id}): {reason}")


def waits_for_second(release: Release, rollback: Rollback, by: str, reason: str, pending: PendingAct) -> Message:
    """Somebody wants to roll a service back to what only two people may."""
    text = f"{by} wants to roll back {release.service} in {rollback}: {reason}. {how_to_second(pending)}"
    return _asked(release, text)


def preprod_returns(release: Release, rollback: Rollback, why: str) -> Message:
    """Preprod goes back to what is live, because a release ended for good without going live."""
    return _asked(release, f"{release.service} in {rollback} ({release.id}): {why}. It queues like any stage")


def _asked(release: Release, text: str) -> Message:
    return Message(key=f"{release.id}:asked", channel=MessageChannel.DEPLOY, text=text)


def beside(attempt: Attempt, stage: Stage, other: Attempt, environment: str) -> Message:
    """A service is brought back while another service's release has the lane."""
    return Message(
        key=f"{attempt.id}:{stage.role}:overlap",
        channel=MessageChannel.DEPLOY,
        text=f"{attempt.service} in {stage.environment} is brought back beside {other.service} {other.version}"
        f" ({other.id}), which holds the lane for {environment}; nothing new starts until it is",
        release_id=attempt.release_id,
    )


def condemned(attempt: Attempt, rollback: Rollback) -> Message:
    """What was rolled back in Prod is marked bad, and its service is held."""
    return Message(
        key=f"{attempt.id}:condemned",
        channel=MessageChannel.DEPLOY,
        text=f"{attempt.service} {rollback.from_version} is marked bad, and the service is held in"
        f" {rollback.environment} for all but a release that fixes {rollback.from_release}",
    )
