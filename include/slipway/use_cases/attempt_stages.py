"""The stages of an attempt: which are asked for, which do not apply, which are proven already."""

from collections.abc import Sequence
from datetime import timedelta

from slipway.domain.policy_hash import effective_policy_hash
from slipway.domain.proof import flaws
from slipway.domain.release import Release, StageOutcome
from slipway.domain.service import Service, StageRole
from slipway.ports.outside.artefacts import Artefact
from slipway.ports.store import Transaction
from slipway.ports.values import NewStage, PolicyInEffect
from slipway.use_cases.change_stages import (
    change_stages,
)
from slipway.use_cases.proofs import changes_since


def attempt_stages(
    tx: Transaction,
    policy: PolicyInEffect,
    service: Service,
    release: Release,
    artefact: Artefact,
    to: StageRole,
) -> Sequence[NewStage]:
    """In the order of the roles, each as its service is defined now; later tasks read only that."""
    if release.change is not None:
        return change_stages(policy, service, release.change)
    roles = list(StageRole)
    stages: list[NewStage] = []
    for role in roles:
        definition = service.stages[role]
        outcome, detail = None, ""
        if roles.index(role) > roles.index(to):
            outcome, detail = StageOutcome.NOT_ASKED, f"asked for up to {to.value} only"
        elif definition.not_applicable is not None:
            absent = definition.not_applicable
            outcome = StageOutcome.NOT_APPLICABLE
            detail = f"not applicable, because {absent.because}; agreed by {absent.agreed_by}"
        elif _holds_already(tx, policy, service, release, role, artefact, stages):
            outcome, detail = (
                StageOutcome.CARRIED_OVER,
                f"{artefact.version} is proven in {definition.environment}",
            )
        stages.append(
            NewStage(
                definition=definition,
                policy_hash=effective_policy_hash(policy.platform, service.team, definition.environment),
                outcome=outcome,
                detail=detail,
            )
        )
    return stages


def _holds_already(
    tx: Transaction,
    policy: PolicyInEffect,
    service: Service,
    release: Release,
    role: StageRole,
    artefact: Artefact,
    before: Sequence[NewStage],
) -> bool:
    """Dev: proven once, by whatever run, unless the run is Dev's own. Preprod: while it runs and its proof holds."""
    if role is StageRole.PROD or release.to is StageRole.DEV:
        return False
    environment = service.stages[role].environment
    proof = tx.records.latest_proof(service.name, environment, artefact.digest)
    if proof is None or not proof.passed:
        return False
    if role is StageRole.DEV:
        return True
    is_retry = bool(tx.releases.attempts(release.id))
    runs_it = tx.records.deployed(service.name, environment).digest == artefact.digest
    life = timedelta(minutes=policy.platform.proof_life_minutes)
    changes = changes_since(tx, policy.platform, service.name, [proof])
    sound = not any(flaws(proof, tx.now, life, changes, service.depends_on))
    return is_retry and runs_it and sound and all(stage.outcome is not None for stage in before)
