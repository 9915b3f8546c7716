"""Settles an open activity: its process proven dead or past its deadline, the target asked, the answer recorded."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from slipway.domain.activity import Activity, ActivityKind, ActivityState
from slipway.domain.errors import SlipwayError
from slipway.domain.release import Attempt, Stage
from slipway.domain.schema_state import SchemaState
from slipway.domain.service import ActedBy
from slipway.domain.way_back_rehearsal import is_way_back
from slipway.ports.store import Transaction
from slipway.ports.values import Actor, Deployed
from slipway.use_cases.deploy_to import current, is_there
from slipway.use_cases.service_database import TO_LOOK, migration_order
from slipway.use_cases.way_back_tried import note_rehearsal
from slipway.use_cases.world import World

TOLD_EVERY = timedelta(minutes=1)
"""How often the log says of one activity that its target does not answer; it is asked every second."""
_NO_ANSWER = "no answer: "
_SILENCE = "nobody reported by the deadline what was done, so nobody knows what was changed"


class Settled(StrEnum):
    """What came of it."""

    CLOSED = "closed"
    """It is closed now, or was already."""
    ALIVE = "alive"
    """Its process, or one of its children, still works: come back later."""
    UNKNOWN = "unknown"
    """The process is gone, but the target does not answer: come back later, and page when it goes on."""


@dataclass(frozen=True, kw_only=True)
class Found:
    """What the target, or the service's database, says of what an activity wanted."""

    as_wanted: bool | None
    """None: it does not answer."""
    problem: str = ""

    @property
    def state(self) -> ActivityState:
        """How the activity is settled by it."""
        return ActivityState.SETTLED_DONE if self.as_wanted else ActivityState.SETTLED_FAILED


def settle(world: World, activity_id: str, actor: Actor) -> Settled:
    """Closes the activity if that can be done safely. Of several settlers one writes; nobody waits for a target."""
    with world.store.transaction() as tx:
        activity = tx.activities.lock(activity_id)
        if activity.state is not ActivityState.OPEN:
            return Settled.CLOSED
        if not is_over(world, tx, activity):
            return Settled.ALIVE
    found = ask_target(world, activity)
    with world.store.transaction() as tx:
        activity = tx.activities.lock(activity_id)
        if activity.state is not ActivityState.OPEN:
            return Settled.CLOSED
        if found.as_wanted is None:
            _tell_of_silence(tx, activity, found.problem, actor)
            return Settled.UNKNOWN
        detail = _SILENCE if activity.kind is ActivityKind.ACT else "its process died; the target was asked what runs"
        detail += f". Heard of it last: {activity.detail}" if activity.detail else ""
        close_activity(tx, activity, found.state, detail, actor)
        return Settled.CLOSED


def _tell_of_silence(tx: Transaction, activity: Activity, problem: str, actor: Actor) -> None:
    """The log hears of it once in a while; the last words stay with the activity, beside how far it said it was."""
    how_far = activity.detail.partition(_NO_ANSWER)[0].removesuffix("; ")
    words = [how_far, f"{_NO_ANSWER}{problem}"] if how_far else [f"{_NO_ANSWER}{problem}"]
    if tx.activities.note_silence(activity.id, "; ".join(words), TOLD_EVERY):
        stage = tx.stages.get(activity.attempt_id, activity.role)
        _log(tx, activity, stage, actor, "activity_unsettled", {"problem": problem})


def close_activity(tx: Transaction, activity: Activity, state: ActivityState, detail: str, actor: Actor) -> None:
    """Writes how an activity ended, what runs since, and the log entry for both."""
    stage = tx.stages.get(activity.attempt_id, activity.role)
    attempt = tx.releases.attempt(activity.attempt_id)
    assert attempt is not None, "an activity refers to its attempt by foreign key"
    tx.activities.close(activity.id, state, detail)
    if state.succeeded and brings_the_artefact(activity, stage):
        deployed = Deployed(version=attempt.version, digest=attempt.digest)
        tx.records.add_deployment(attempt, stage.environment, deployed, "deploy")
    if state.succeeded and activity.kind is ActivityKind.MIGRATE:
        _note_schema(tx, attempt, stage)
    if state.succeeded and brings_what_was_before(activity, stage):
        deployed = Deployed(version=stage.previous_version, digest=stage.previous_digest)
        tx.records.add_deployment(attempt, stage.environment, deployed, "undo")
    _log(tx, activity, stage, actor, f"{activity.kind}_{state}", {"detail": detail})
    note_rehearsal(tx, attempt, stage, tx.activities.lock(activity.id), actor)
    tx.wake()


def _note_schema(tx: Transaction, attempt: Attempt, stage: Stage) -> None:
    """What was proven of the new schema says which version it still serves; Dev has no proof and no limit."""
    check = None if stage.definition.migrations is None else tx.migrations.checked(attempt.id, stage.role)
    if check is None or check.proof is None:
        return
    proof = check.proof
    served = proof.serves_old_version
    tx.migrations.move_schema(
        attempt,
        stage.environment,
        SchemaState(
            revision=proof.rehearsed.to_revision,
            version=attempt.version,
            serves_version=proof.old_version if served else None,
            serves_digest=proof.old_digest if served else None,
            proof_id=proof.id,
        ),
    )


def brings_the_artefact(activity: Activity, stage: Stage) -> bool:
    """Whether another artefact runs there since: what people change by hand leaves that as it was."""
    deploys = activity.kind is ActivityKind.DEPLOY and not is_way_back(activity)
    return deploys or (activity.kind is ActivityKind.ACT and not is_by_hand(stage))


def brings_what_was_before(activity: Activity, stage: Stage) -> bool:
    """Whether what ran before the stage runs there since: it was undone, or going back was rehearsed."""
    return is_way_back(activity) or (activity.kind is ActivityKind.UNDO and not is_by_hand(stage))


def is_by_hand(stage: Stage) -> bool:
    """Whether people do the stage's work."""
    return stage.definition.act is not None and stage.definition.act.by is ActedBy.PERSON


def is_over(world: World, tx: Transaction, activity: Activity) -> bool:
    """Whether its process is proven dead, or past its deadline where nobody can tell."""
    free = world.locks.is_free(activity.id, activity.worker.host)
    return free is True or (free is None and tx.now >= activity.deadline)


def ask_target(world: World, activity: Activity) -> Found:
    """Whether what the activity wanted is there. Outside any transaction: nobody waits behind a slow target."""
    with world.store.transaction() as tx:
        attempt = tx.releases.attempt(activity.attempt_id)
        stage, now = tx.stages.get(activity.attempt_id, activity.role), tx.now
    assert attempt is not None, "an activity refers to its attempt by foreign key"
    if activity.kind is ActivityKind.ACT:
        return Found(as_wanted=False)
    try:
        return Found(as_wanted=_reached(world, attempt, activity, stage, now + TO_LOOK))
    except SlipwayError as error:
        return Found(as_wanted=None, problem=str(error))


def _reached(world: World, attempt: Attempt, activity: Activity, stage: Stage, until: datetime) -> bool:
    if activity.kind is ActivityKind.MIGRATE:
        with migration_order(world, attempt, stage, until) as order:
            return order is None or not world.migrations.state(order).pending
    return is_there(current(world, attempt.service, stage), activity.digest)


def _log(tx: Transaction, activity: Activity, stage: Stage, actor: Actor, kind: str, more: dict[str, str]) -> None:
    payload = {
        "activity": activity.id,
        "number": activity.number,
        "digest": activity.digest,
        "fencing": activity.fencing,
        **more,
    }
    attempt = tx.releases.attempt(activity.attempt_id)
    tx.log(kind, actor, attempt=attempt, environment=stage.environment, payload=payload)
