"""Takes a service's schema back as far as its proof allows, when its stage is undone (R18)."""

from slipway.domain.activity import Activity, ActivityKind
from slipway.domain.errors import ServiceMigrationError, SlipwayError
from slipway.domain.migration_proof import MigrationProof, ProofVerdict
from slipway.domain.release import Attempt, Stage
from slipway.domain.schema_state import SchemaState
from slipway.domain.service import StageRole
from slipway.domain.way_back import WayBack, may_stay, way_back
from slipway.ports.outside.migrations import MigrationOrder
from slipway.use_cases.service_database import migration_order
from slipway.use_cases.world import World


class NoProvenWayError(SlipwayError):
    """Neither schema nor previous version has a way that was seen to work: nothing more is changed."""


def undo_schema(world: World, attempt: Attempt, stage: Stage, activity: Activity, lock_fd: int) -> str:
    """What became of it, in words. Raises NoProvenWayError, and ServiceMigrationError where a proven way failed."""
    if stage.previous_revision is None:
        return "the schema was not touched"
    back_to = stage.previous_revision or None
    with migration_order(world, attempt, stage, activity.deadline, lock_fd) as order:
        if order is None:
            return "the schema was not touched"
        with world.store.transaction() as tx:
            check = tx.migrations.checked(attempt.id, stage.role)
            done = tx.activities.of_stage(attempt.id, stage.role)
        proof = None if check is None else check.proof
        if world.migrations.state(order).applied == back_to:
            if not any(one.kind is ActivityKind.MIGRATE and one.state.succeeded for one in done):
                _refuse_leftovers(world, order, proof)
            _note(world, attempt, stage, back_to)
            return "the schema is as it was"
        if proof is not None:
            return _as_proven(world, attempt, stage, order, proof)
        if stage.role is StageRole.DEV:
            return _as_declared(world, order, back_to)
        raise NoProvenWayError(f"the schema is not at {back_to or 'its beginning'}, and nothing was proven of it")


def _as_proven(world: World, attempt: Attempt, stage: Stage, order: MigrationOrder, proof: MigrationProof) -> str:
    way = way_back(proof)
    if way is WayBack.STAY and _is_half_way(world, order, proof):
        way = WayBack.DOWNGRADE if proof.verdict is ProofVerdict.NEW_DATA_LOST else WayBack.STOP
    if way is WayBack.STOP:
        raise NoProvenWayError(f"the migrations were found to be {proof.verdict}, and {_untried(proof)}")
    if way is WayBack.STAY:
        return f"the schema stays at {proof.rehearsed.to_revision}: {_runs_on_it(proof)}, and nothing written is lost"
    try:
        return _downgraded(world, attempt, stage, order, proof)
    except ServiceMigrationError as error:
        if way is not WayBack.TRY:
            raise
        if _is_half_way(world, order, proof) or not may_stay(proof):
            raise NoProvenWayError(f"its downgrade refuses ({error}), and {_untried(proof)}") from error
        return f"the schema stays, because its downgrade refuses ({error}); {_runs_on_it(proof)}"


def _is_half_way(world: World, order: MigrationOrder, proof: MigrationProof) -> bool:
    """The previous version was tried on the schema that all migrations make, and on no other."""
    return world.migrations.state(order).applied != proof.rehearsed.to_revision


def _downgraded(world: World, attempt: Attempt, stage: Stage, order: MigrationOrder, proof: MigrationProof) -> str:
    back_to = stage.previous_revision or None
    world.migrations.downgrade(order, back_to)
    _note(world, attempt, stage, back_to)
    lost = "; ".join(proof.rehearsed.lost_on_reverse)
    with_it = f"; what was written since to these is lost: {lost}" if lost else ""
    return f"the schema is back at {back_to or 'its beginning'}{with_it}"


def _as_declared(world: World, order: MigrationOrder, back_to: str | None) -> str:
    """In Dev nothing is proven: what the files say of themselves counts."""
    if not world.migrations.lossless(order, back_to):
        return "the schema stays as migrated: its downgrade is not declared lossless. The previous version runs on it"
    world.migrations.downgrade(order, back_to)
    return f"the schema is back at {back_to or 'its beginning'}"


def _refuse_leftovers(world: World, order: MigrationOrder, proof: MigrationProof | None) -> None:
    """A migration that failed may leave its revision as before, and something of it all the same.

    Not asked after a downgrade that was proven: it may keep new values aside, for the next upgrade to take up."""
    if proof is not None and world.rehearsal.catalogue_hash(order) != proof.rehearsed.catalogue_hash:
        raise ServiceMigrationError(
            f"the revision is {proof.rehearsed.from_revision or 'the beginning'} as before, but the schema is not what"
            " it was: a migration is half applied"
        )


def _note(world: World, attempt: Attempt, stage: Stage, back_to: str | None) -> None:
    """Once back, the schema serves again what it served before."""
    with world.store.transaction() as tx:
        now = tx.migrations.schema(attempt.service, stage.environment)
        if now is None or now.revision == back_to:
            return
        before = None if back_to is None else tx.migrations.schema(attempt.service, stage.environment, back_to)
        tx.migrations.move_schema(
            attempt,
            stage.environment,
            SchemaState(
                revision=back_to,
                version=stage.previous_version or attempt.version,
                serves_version=before.serves_version if before else stage.previous_version,
                serves_digest=before.serves_digest if before else stage.previous_digest,
                proof_id=before.proof_id if before else None,
            ),
        )


def _runs_on_it(proof: MigrationProof) -> str:
    return f"{proof.old_version} was seen to run on it" if proof.old_version else "nothing ran on the schema before"


def _untried(proof: MigrationProof) -> str:
    return f"{proof.old_version or 'the previous version'} was not seen to run on the new schema"
