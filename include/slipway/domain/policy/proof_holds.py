"""What was proven in Preprod is the last word on this artefact, young enough, and of the world as it is (R2, R3)."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from slipway.domain.policy.decision import Blocker, Facts
from slipway.domain.policy.next_attempt import by_next_attempt
from slipway.domain.proof import flaws
from slipway.domain.release import Stage, StageOutcome

REPROVED = frozenset({"proof_void", "proof_expired", "dependency_changed"})
"""Blockers that a new proof in Preprod clears."""


def check(facts: Facts, now: datetime) -> Iterator[Blocker]:
    """`not_proven` where the last verdict is no pass; `proof_void`, `proof_expired`, `dependency_changed`."""
    life = timedelta(minutes=facts.platform.proof_life_minutes)
    for stage in _proven(facts):
        proof = facts.proofs.get(stage.environment)
        if proof is None or (proof.verdict != "pass" and proof.voided_because is None):
            yield Blocker(
                code="not_proven",
                message=f"the last verdict on {facts.attempt.version} in {stage.environment} is"
                f" {proof.verdict if proof else 'missing'}",
                cleared_by=f"a pass in {stage.environment}, in {by_next_attempt(facts)}",
            )
            continue
        for flaw in flaws(proof, now, life, facts.changes, facts.attempt.depends_on):
            yield Blocker(
                code=flaw.code,
                message=f"the proof of {facts.attempt.version} in {stage.environment} {flaw.message}",
                cleared_by="a new attempt that the platform starts, which proves it there again",
            )


def earliest_expiry(facts: Facts) -> datetime | None:
    """When the first of the proofs expires; None where the stage rests on none."""
    life = timedelta(minutes=facts.platform.proof_life_minutes)
    return min((proof.at + life for proof in facts.proofs.values()), default=None)


def _proven(facts: Facts) -> Iterator[Stage]:
    for stage in facts.stages_before:
        good = stage.outcome is not None and stage.outcome.lets_the_next_stage_start
        if good and stage.role.on_live_path and stage.outcome is not StageOutcome.NOT_APPLICABLE:
            yield stage
