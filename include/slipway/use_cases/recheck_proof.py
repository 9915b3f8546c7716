"""Looks once more, right before migrations run, whether what was proven is what would run: in milliseconds (R19)."""

from slipway.domain.activity import ActivityKind
from slipway.domain.migration_proof import MigrationProof
from slipway.domain.release import Attempt, Stage
from slipway.ports.outside.migrations import MigrationOrder
from slipway.ports.values import Deployed
from slipway.use_cases.rehearse_migrations import (
    Subject,
    runs_without_migrations,
    stays_on_newer_schema,
    why_it_holds_no_more,
)
from slipway.use_cases.service_database import proven_artefact
from slipway.use_cases.world import World


def recheck_proof(world: World, attempt: Attempt, stage: Stage, order: MigrationOrder | None) -> str | None:
    """Why the stage may not migrate after all; None where it may. Raises RefusedError beyond the rollback limit.

    `order` None: the version carries no migrations, or the service has no database there."""
    if not stage.role.on_live_path or stage.definition.migrations is None:
        return None
    with world.store.transaction() as tx:
        check = tx.migrations.checked(attempt.id, stage.role)
        running = tx.records.deployed(attempt.service, stage.environment)
        begun = any(one.kind is ActivityKind.MIGRATE for one in tx.activities.of_stage(attempt.id, stage.role))
    if check is None or begun:  # the permit refuses the one; the other settles what was begun, and never repeats it
        return None
    if order is None:
        runs_without_migrations(world, _subject(world, attempt, stage))
        return None
    return _differs(world, attempt, stage, order, check.proof, running)


def _differs(
    world: World,
    attempt: Attempt,
    stage: Stage,
    order: MigrationOrder,
    proof: MigrationProof | None,
    running: Deployed,
) -> str | None:
    state = world.migrations.state(order)
    if not state.known:
        stays_on_newer_schema(world, _subject(world, attempt, stage), state)
        return None
    if proof is not None:
        return why_it_holds_no_more(world, proof, order, state, running)
    if state.pending:
        return f"{', '.join(state.pending)} would run, and there was nothing to run when it was checked"
    return None


def _subject(world: World, attempt: Attempt, stage: Stage) -> Subject:
    artefact = proven_artefact(world, attempt)
    return Subject(artefact=artefact, environment=stage.environment, settings=stage.definition.migrations)
