"""How far a rollback may go: as far as the schema, and what was proven of it, lets it (R18)."""

from slipway.domain.errors import RefusedError
from slipway.domain.release import Attempt, Stage
from slipway.domain.rollback import Rollback
from slipway.domain.way_back import WayBack, in_words, way_back
from slipway.ports.outside.artefacts import Artefact
from slipway.use_cases.rehearse_migrations import Subject, stays_on_newer_schema
from slipway.use_cases.service_database import TO_LOOK, order_for
from slipway.use_cases.world import World


def refuse_beyond_limit(world: World, rollback: Rollback, attempt: Attempt, stage: Stage) -> None:
    """Raises RefusedError: `beyond_rollback_limit`, `no_rollback`. `attempt` and `stage` are rolled back."""
    if stage.definition.migrations is None:
        return
    if rollback.schema_too:
        _refuse_without_proven_way(world, attempt, stage)
        return
    artefact = aim_of(rollback, attempt.service)
    with world.store.transaction() as tx:
        until = tx.now + TO_LOOK
    with order_for(world, artefact, stage.environment, stage.definition.migrations, until) as order:
        if order is None:
            _refuse_what_never_saw_the_schema(world, rollback, attempt)
            return
        state = world.migrations.state(order)
        subject = Subject(artefact=artefact, environment=stage.environment, settings=stage.definition.migrations)
        if not state.known:
            stays_on_newer_schema(world, subject, state)
        elif state.pending:
            raise RefusedError(
                "no_rollback",
                f"{artefact.version} carries migrations that {stage.environment} does not have"
                f" ({', '.join(state.pending)}): that is a release, not a rollback. Release it",
            )


def aim_of(rollback: Rollback, service: str) -> Artefact:
    """What is brought back, by its digest."""
    return Artefact(service=service, version=rollback.version, digest=rollback.digest, size=0)


def _refuse_without_proven_way(world: World, attempt: Attempt, stage: Stage) -> None:
    with world.store.transaction() as tx:
        check = tx.migrations.checked(attempt.id, stage.role)
    proof = None if check is None else check.proof
    if proof is not None and stage.previous_revision is not None and way_back(proof) is WayBack.STOP:
        raise RefusedError(
            "beyond_rollback_limit",
            f"{in_words(proof)}. Nothing was touched: mend {attempt.version} with a new version, or restore by the"
            " runbook of its waiver",
        )


def _refuse_what_never_saw_the_schema(world: World, rollback: Rollback, attempt: Attempt) -> None:
    """A version from before there were migrations at all."""
    with world.store.transaction() as tx:
        schema = tx.migrations.schema(attempt.service, rollback.environment)
        if schema is None or schema.serves(
            rollback.digest,
            deployed_since=tx.migrations.runs_since(attempt.service, rollback.environment, schema, rollback.digest),
        ):
            return
    raise RefusedError(
        "beyond_rollback_limit", f"{rollback.version} carries no migrations, and was not seen to run: {schema.limit}"
    )
