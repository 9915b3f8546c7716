"""What was changed past the platform."""

from slipway.domain.arrival import MirroredCopy
from slipway.domain.audit import Finding
from slipway.domain.message import Message
from slipway.domain.message_routes import MessageChannel
from slipway.domain.messages.words import headline
from slipway.domain.open_finding import LoggedFinding
from slipway.domain.release import Attempt
from slipway.domain.service import StageRole
from slipway.domain.sighting import Sighting


def in_airflow(key: str, finding: Finding) -> Message:
    """Airflow knows of a change that the release log does not.

    `key`: of what was compared."""
    return Message(
        key=f"audit:{key}",
        channel=MessageChannel.PAGE,
        text=f"unauthorised change: {finding}. It is in the release log; a senior must explain it, and a"
        " manager close it: see slipway audit",
    )


def closed(finding: LoggedFinding, by: str, reason: str) -> Message:
    """Somebody closes what the audit found, once it was explained."""
    return Message(
        key=f"finding:{finding.seq}:closed",
        channel=MessageChannel.DEPLOY,
        text=f"{by} closes finding {finding.seq} ({finding.what}), explained by {' and '.join(finding.explained_by)}:"
        f" {reason}",
    )


def without_permit(attempt: Attempt, key: str, by: str, what: str) -> Message:
    """Somebody reports a change that no permit covers.

    `key`: of what was said."""
    return Message(
        key=f"{key}:unauthorised",
        channel=MessageChannel.PAGE,
        text=f"unauthorised change: {what} (reported by {by} for {attempt.id}). Somebody must look into it",
        release_id=attempt.release_id,
        headline=headline(attempt, f"changed without a permit, says {by}"),
    )


def drifted(attempt: Attempt, role: StageRole, sighting: Sighting) -> Message:
    """A target runs something else than the release log says."""
    return Message(
        key=f"{attempt.id}:{role}:drift:{sighting.environment}",
        channel=MessageChannel.PAGE,
        text=f"{attempt.service} in {sighting.environment} runs {sighting.version} ({sighting.digest}), but the log"
        f" says {sighting.logged_digest}: it was changed past the platform",
        release_id=attempt.release_id,
    )


def copy_differs(copy: MirroredCopy, because: str) -> Message:
    """What came from a mirror is not what is published."""
    return Message(
        key=f"mirrored_copy:{copy.id}:differs",
        channel=MessageChannel.PAGE,
        text=f"{copy.service} {copy.version} came from {copy.source}; it is not what is published:"
        f" {because.rstrip('.')}. No stage of it starts any more. Look where it runs, and who changed which copy",
    )
