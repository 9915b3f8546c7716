"""What the database itself refuses, whatever the code above it does."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy.exc import DBAPIError, IntegrityError

from slipway.domain.activity import ActivityKind, ActivityState, Turn, Worker
from slipway.domain.grant import Step
from slipway.domain.release import Attempt
from slipway.ports.store import Transaction
from tests.builders import DEV, PREPROD, a_service
from tests.scene import Scene

WORKER = Worker(task_instance="t", host="h", pid=1)


@pytest.fixture
def three(make_scene: Callable[..., Scene]) -> tuple[Scene, list[Attempt]]:
    names = ("orders", "forms", "greeter")
    scene = make_scene(*(a_service(name) for name in names))
    return scene, [scene.opened("1.0", service=name) for name in names]


def held(tx: Transaction, attempt: Attempt) -> Turn:
    return tx.turns.take(tx.turns.enqueue("live", attempt.id, PREPROD, 0, tx.now).id)


def at_work(scene: Scene, attempt: Attempt) -> str:
    """An open activity under a permit and a lease."""
    with scene.store.transaction() as tx:
        turn = held(tx, attempt)
        assert turn.fencing is not None
        permit = tx.permits.issue(tx.stages.get(attempt.id, PREPROD), attempt.digest, turn.fencing, [])
        tx.leases.take(attempt.service, "preprod", permit)
        tx.activities.open(permit, "a1", ActivityKind.DEPLOY, 1, attempt.digest, WORKER, tx.now)
    return "a1"


def test_a_lane_has_one_holder(three: tuple[Scene, list[Attempt]]) -> None:
    scene, attempts = three
    with scene.store.transaction() as tx:
        held(tx, attempts[0])
    with pytest.raises(IntegrityError, match="one_holder_per_lane"), scene.store.transaction() as tx:
        held(tx, attempts[1])


def test_of_many_takers_at_once_one_holds_the_lane(three: tuple[Scene, list[Attempt]]) -> None:
    scene, attempts = three

    def take(attempt: Attempt) -> bool:
        try:
            with scene.store.transaction() as tx:
                held(tx, attempt)
        except IntegrityError:
            return False
        return True

    with ThreadPoolExecutor(3) as pool:
        assert sorted(pool.map(take, attempts)) == [False, False, True]


def test_fencing_numbers_grow_from_holder_to_holder(three: tuple[Scene, list[Attempt]]) -> None:
    scene, attempts = three
    numbers = []
    for attempt in attempts:
        with scene.store.transaction() as tx:
            numbers.append(held(tx, attempt).fencing or 0)
            tx.turns.free(attempt.id, PREPROD)
    assert numbers == sorted(set(numbers))


def test_a_service_has_one_live_lease_an_environment(scene: Scene) -> None:
    attempt, other = scene.opened("1.0"), scene.opened("1.1", by="rob")
    at_work(scene, attempt)
    with pytest.raises(IntegrityError, match="one_live_lease"), scene.store.transaction() as tx:  # noqa: PT012
        permit = tx.permits.issue(tx.stages.get(other.id, PREPROD), other.digest, 99, [])
        tx.leases.take("orders", "preprod", permit)


def test_neither_lane_nor_lease_is_freed_over_an_open_activity(scene: Scene) -> None:
    attempt = scene.opened()
    activity = at_work(scene, attempt)
    with pytest.raises(DBAPIError, match="settle it before its turn"), scene.store.transaction() as tx:
        tx.turns.free(attempt.id, PREPROD)
    with pytest.raises(DBAPIError, match="settle it before its service_lease"), scene.store.transaction() as tx:
        tx.leases.free(attempt.id, PREPROD)
    with scene.store.transaction() as tx:
        turn = tx.turns.find(attempt.id, PREPROD)
    assert turn is not None
    with pytest.raises(DBAPIError, match="settle it before its turn"), scene.store.transaction() as tx:
        tx.turns.overtake(turn.id, turn.id, "an emergency")
    with scene.store.transaction() as tx:
        tx.activities.close(activity, ActivityState.DONE, "")
        assert tx.turns.free(attempt.id, PREPROD)
        assert tx.leases.free(attempt.id, PREPROD)


def test_no_activity_is_opened_without_a_live_lease(scene: Scene) -> None:
    attempt = scene.opened()
    with pytest.raises(DBAPIError, match="holds no lease"), scene.store.transaction() as tx:  # noqa: PT012
        permit = tx.permits.issue(tx.stages.get(attempt.id, PREPROD), attempt.digest, 1, [])
        tx.activities.open(permit, "a1", ActivityKind.DEPLOY, 1, attempt.digest, WORKER, tx.now)


def test_a_stage_has_one_permit_for_good(scene: Scene) -> None:
    attempt = scene.opened()
    at_work(scene, attempt)
    with pytest.raises(IntegrityError), scene.store.transaction() as tx:
        tx.permits.issue(tx.stages.get(attempt.id, PREPROD), attempt.digest, 2, [])
    with pytest.raises(DBAPIError, match="append-only"), scene.store.transaction() as tx:
        tx.sql.run("UPDATE permit SET digest = 'another'")


def test_a_grant_is_voided_but_never_altered(scene: Scene) -> None:
    attempt = scene.approved()
    with pytest.raises(DBAPIError, match="append-only"), scene.store.transaction() as tx:
        tx.sql.run("""UPDATE "grant" SET digest = 'another'""")
    with pytest.raises(DBAPIError, match="append-only"), scene.store.transaction() as tx:
        tx.sql.run('DELETE FROM "grant"')
    with scene.store.transaction() as tx:
        tx.sql.run("""UPDATE "grant" SET voided_at = now(), voided_because = 'the person left'""")
        assert [(g.step, g.voided_because) for g in tx.grants.of_attempt(attempt.id)] == [
            (Step.APPROVE, "the person left")
        ]


def test_an_outcome_is_written_once(scene: Scene) -> None:
    attempt = scene.dev_passed()
    from slipway.domain.release import StageOutcome  # noqa: PLC0415

    with scene.store.transaction() as tx:
        tx.stages.finish(attempt.id, DEV, StageOutcome.UNDONE, "a second thought")
    assert scene.stage_of(attempt, DEV).outcome == "passed"
