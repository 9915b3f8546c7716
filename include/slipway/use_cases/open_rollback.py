"""Opens the one attempt of a rollback: its stage is that of what it takes back, as it was then resolved."""

from dataclasses import dataclass

from slipway.domain.errors import RefusedError, SlipwayError
from slipway.domain.policy_hash import effective_policy_hash
from slipway.domain.release import Attempt, Origin, Release, ReleaseState, Stage, StageOutcome
from slipway.domain.rollback import Rollback
from slipway.ports.store import Transaction
from slipway.ports.values import Actor, NewAttempt, NewStage
from slipway.use_cases.ask_rollback import AskedRollback, log_refusal, prepare_rollback, write_rollback
from slipway.use_cases.world import World


@dataclass(frozen=True, kw_only=True)
class RollbackRun:
    """A run of `roll_back`: of a rollback that was asked for, or asking for one by its form."""

    dag_id: str
    run_id: str
    origin: Origin
    actor: Actor
    asked: AskedRollback
    release_id: str | None = None


def open_rollback(world: World, run: RollbackRun) -> Attempt:
    """The attempt of this run; opening it twice gives the same one. Raises RefusedError, which is in the log."""
    with world.store.transaction() as tx:
        known = tx.releases.attempt_of_run(run.dag_id, run.run_id)
    if known is not None:
        return known
    try:
        return _asked_before(world, run, run.release_id) if run.release_id is not None else _asked_here(world, run)
    except SlipwayError as error:
        log_refusal(world, run.asked, run.actor, error)
        raise


def _asked_here(world: World, run: RollbackRun) -> Attempt:
    """The form of a person who triggered it in Airflow."""
    if run.origin is not Origin.PERSON:
        raise RefusedError(
            "machines_do_not_ask", "only a person asks for a rollback; the platform starts what was asked"
        )
    rollback = prepare_rollback(world, run.asked)
    with world.store.transaction() as tx:
        asked = write_rollback(tx, run.asked, rollback, run.actor)
        return _open(tx, asked.release, rollback, run)


def _asked_before(world: World, run: RollbackRun, release_id: str) -> Attempt:
    if run.origin is not Origin.PLATFORM:
        raise RefusedError(
            "started_by_platform", "the field release is the platform's: say service, environment, reason"
        )
    with world.store.transaction() as tx:
        release = tx.releases.get(release_id)
        if release is None or release.rollback is None:
            raise RefusedError("unknown_release", f"there is no rollback {release_id}")
        tx.releases.lock_service(release.service)
        release = tx.releases.get(release_id) or release
        if release.state is not ReleaseState.OPEN or tx.releases.attempts(release_id):
            raise RefusedError("not_to_start", f"rollback {release_id} has had its run: it is {release.state}")
        assert release.rollback is not None, "read above, and fixed"
        return _open(tx, release, release.rollback, run)


def _open(tx: Transaction, release: Release, rollback: Rollback, run: RollbackRun) -> Attempt:
    attempt = tx.releases.open_attempt(
        NewAttempt(
            release_id=release.id,
            dag_id=run.dag_id,
            run_id=run.run_id,
            version=rollback.version,
            digest=rollback.digest,
            origin=run.origin,
            actor=run.actor.id,
            stages=[_stage(tx, release, stage) for stage in tx.stages.of_attempt(rollback.from_attempt)],
        )
    )
    payload = {"version": attempt.version, "digest": attempt.digest, "run_id": run.run_id, "supersedes": []}
    tx.log("attempt_opened", run.actor, attempt=attempt, environment=rollback.environment, payload=payload)
    tx.wake()
    return attempt


def _stage(tx: Transaction, release: Release, before: Stage) -> NewStage:
    if before.role is not release.to:
        detail = f"a rollback of {release.to} only"
        return NewStage(definition=before.definition, policy_hash="", outcome=StageOutcome.NOT_ASKED, detail=detail)
    hashed = effective_policy_hash(tx.policy().platform, release.team, before.environment)
    return NewStage(definition=before.definition, policy_hash=hashed)
