"""No migration runs on the live path that was not proven there, or is let through in spite of what was found (R19)."""

from collections.abc import Iterator
from datetime import datetime

from slipway.domain.authority import Matter, why_not
from slipway.domain.migration_gate import gate
from slipway.domain.migration_proof import FindingCode
from slipway.domain.migration_waiver import MigrationWaiver
from slipway.domain.platform import Action, Party
from slipway.domain.policy.decision import Blocker, Facts

FINAL = frozenset({"migrations_not_checked", "migration_not_proven", *(f"migration_{code}" for code in FindingCode)})
"""Blockers that no waiting clears."""
REPROVED = frozenset({"migration_proof_expired"})
"""Blockers that a new rehearsal clears."""


def check(facts: Facts, now: datetime) -> Iterator[Blocker]:
    """`migrations_not_checked`, `migration_proof_expired`, and those of the gate."""
    stage = facts.stage
    if not stage.role.on_live_path or stage.definition.migrations is None:
        return
    if facts.migration is None:
        message = f"nobody has checked yet what the migrations would do in {stage.environment}"
        yield Blocker(code="migrations_not_checked", message=message, cleared_by="the task check_migrations")
        return
    proof = facts.migration.proof
    if proof is None:
        return
    if proof.expires_at <= now:
        yield Blocker(
            code="migration_proof_expired",
            message=f"the migrations were proven at {proof.proven_at:%Y-%m-%d %H:%M} UTC; that counts for seven days",
            cleared_by="a new attempt that the platform starts, which proves them again",
        )
    yield from gate(proof, [one for one in facts.migration.waivers if _still_may(facts, one)], stage.role, now)


def _still_may(facts: Facts, waiver: MigrationWaiver) -> bool:
    """Whoever waived it has not asked for this release since, and still may waive."""
    rule = facts.platform.rule(Action.WAIVE_MIGRATION)
    matter = Matter(team=facts.release.team, parties={Party.REQUESTER: facts.release.requesters})
    return why_not(rule, facts.people.find(waiver.by), matter, facts.people) is None


def earliest_expiry(facts: Facts) -> datetime | None:
    """When the proof expires; None where the stage rests on none."""
    return None if facts.migration is None or facts.migration.proof is None else facts.migration.proof.expires_at
