"""Migrations: which may not run, and which may in spite of what was found."""

from slipway.domain.message import Message
from slipway.domain.message_routes import MessageChannel
from slipway.domain.migration_waiver import MigrationWaiver
from slipway.domain.release import Attempt, Stage


def refused(attempt: Attempt, stage: Stage, detail: str) -> Message:
    """The migrations of a release may not run in an environment."""
    return Message(
        key=f"{attempt.id}:{stage.role}:migrations",
        channel=MessageChannel.DEPLOY,
        text=f"{attempt.service} {attempt.version} goes no further to {stage.environment}: {detail}",
        release_id=attempt.release_id,
    )


def waived(waiver: MigrationWaiver, service: str, environment: str) -> Message:
    """Somebody lets a finding pass."""
    terms = waiver.terms
    unasked = "" if waiver.authors_known else ". Who wrote the change could not be asked"
    return Message(
        key=f"waiver:{waiver.id}",
        channel=MessageChannel.DEPLOY,
        text=f"{waiver.by} waives {terms.code} of {service} in {environment} (proof {waiver.proof_id}) until"
        f" {terms.expires_at:%Y-%m-%d %H:%M} UTC: {terms.reason}{unasked}",
    )
