"""The cross-check on a real release database, with what Airflow would remember handed in."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from slipway.adapters.database.engine import make_engine
from slipway.adapters.database.log_reader import LogReader
from slipway.adapters.database.transaction import DatabaseStore
from slipway.airflow_edge.request_log import write
from slipway.airflow_edge.request_record import Outcome, Phase, RequestRecord
from slipway.domain.audit import AirflowEvent, AirflowFacts, RunName
from slipway.domain.log_entry import LogEntry, verify_chain
from slipway.domain.review import ReviewKind
from slipway.ports.values import Actor
from slipway.use_cases.cross_check import CrossCheck, cross_check
from slipway.use_cases.open_review import open_review
from tests.builders import people, platform_rules
from tests.scene import Scene

CHECKER = Actor(id="platform", via="audit")
COMMAND = AirflowEvent(
    id=7,
    at=datetime.now(tz=UTC),
    event="cli_dag_trigger",
    owner="root",
    dag_id="release__orders",
    run_id=None,
    task_id=None,
    method=None,
    command="['airflow', 'dags', 'trigger', 'release__orders']",
)


class FakeAirflow:
    """Remembers what a test says, and from when it was asked."""

    def __init__(self, facts: AirflowFacts | None = None) -> None:
        self.facts = facts or AirflowFacts()
        self.asked: list[tuple[datetime, Sequence[RunName]]] = []

    def __call__(self, since: datetime, runs: Sequence[RunName]) -> AirflowFacts:
        self.asked.append((since, runs))
        return self.facts


def check(scene: Scene, airflow: FakeAirflow) -> CrossCheck:
    return cross_check(scene.store, airflow, CHECKER)


def entries(scene: Scene, kind: str) -> Sequence[LogEntry]:
    with scene.store.transaction() as tx:
        return LogReader(tx.sql).newest(kind=kind)


def messages(scene: Scene) -> list[str]:
    with scene.store.transaction() as tx:
        return [message.text for _, message in tx.outbox.unsent(10) if message.channel == "page"]


def recorded(scene: Scene, **changes: object) -> RequestRecord:
    record = RequestRecord(
        request_id="q-1",
        phase=Phase.ATTEMPT,
        user="rita",
        method="POST",
        path="/api/v2/dags/release__orders/dagRuns",
        dag_id="release__orders",
        decision={"dag_run_id": "r-1"},
    )
    record = RequestRecord(**{**vars(record), **changes})  # type: ignore[arg-type]
    write(scene.store, record)
    return record


def test_what_came_past_the_recorder_is_written_with_its_actor_and_paged(scene: Scene) -> None:
    result = check(scene, FakeAirflow(AirflowFacts(events=[COMMAND])))
    assert [finding.actor for finding in result.found] == ["root"]
    (entry,) = entries(scene, "unauthorised_change")
    assert (entry.actor, entry.via, entry.service) == ("root", "airflow_cli", "orders")
    assert entry.as_json()["payload"]["command"] == COMMAND.command
    assert ["cli_dag_trigger (release__orders) by root" in text for text in messages(scene)] == [True]


def test_it_is_written_and_paged_once_however_often_it_is_seen(scene: Scene) -> None:
    airflow = FakeAirflow(AirflowFacts(events=[COMMAND]))
    assert [len(check(scene, airflow).found) for _ in range(3)] == [1, 0, 0]
    assert len(entries(scene, "unauthorised_change")) == len(messages(scene)) == 1


def test_what_was_recorded_is_no_finding(scene: Scene) -> None:
    record = recorded(scene)
    recorded(scene, phase=Phase.OUTCOME, status=200, outcome=Outcome.ALLOWED)
    (at,) = {datetime.fromisoformat(entry.at) for entry in entries(scene, "request_received")}
    values = {**vars(COMMAND), "at": at, "event": "trigger_dag_run", "owner": record.user, "method": "POST"}
    event = AirflowEvent(**{**values, "run_id": "r-1", "command": None})
    result = check(scene, FakeAirflow(AirflowFacts(events=[event])))
    assert (result.compared, result.found) == (1, [])
    assert "each with its request" in str(result)


def test_each_check_looks_back_to_before_the_last_one(scene: Scene) -> None:
    airflow = FakeAirflow()
    check(scene, airflow)
    before = datetime.now(tz=UTC)
    check(scene, airflow)
    first, second = (since for since, _ in airflow.asked)
    assert first.year == 2000
    assert first < second < before


def test_a_check_that_failed_is_made_up_for_by_the_next(scene: Scene) -> None:
    class GoneError(Exception):
        pass

    def gone(_since: datetime, _runs: Sequence[RunName]) -> AirflowFacts:
        raise GoneError

    try:
        cross_check(scene.store, gone, CHECKER)
    except GoneError:
        airflow = FakeAirflow()
        check(scene, airflow)
        assert airflow.asked[0][0].year == 2000
    else:
        raise AssertionError("the failure was swallowed")


def test_a_lost_run_of_an_attempt_is_found_once_and_belongs_to_its_release(scene: Scene) -> None:
    attempt = scene.opened()
    airflow = FakeAirflow()
    check(scene, airflow)
    (run,) = airflow.asked[0][1]
    assert (run.dag_id, run.run_id) == (attempt.dag_id, attempt.run_id)
    airflow.facts = AirflowFacts(missing=[run])
    check(scene, airflow)
    (entry,) = entries(scene, "unauthorised_change")
    assert (entry.attempt, entry.release_id) == (attempt.id, attempt.release_id)
    check(scene, airflow)
    assert airflow.asked[-1][1] == []


def test_every_check_leaves_an_entry_and_the_chain_holds(scene: Scene) -> None:
    check(scene, FakeAirflow(AirflowFacts(events=[COMMAND])))
    (entry,) = entries(scene, "cross_checked")
    assert entry.as_json()["payload"] == {"compared": 1, "unauthorised": 1}
    with scene.store.transaction() as tx:
        assert verify_chain(LogReader(tx.sql).all()).broken is None


LEFT = AirflowFacts(
    paused=["release__forms", "audit_live", "somebody_elses"], pools={"release_slot": 3, "dev_slots": 0}
)


def test_what_break_glass_left_behind_is_found_once_a_day_it_stands(scene: Scene) -> None:
    airflow = FakeAirflow(LEFT)
    assert [len(check(scene, airflow).found) for _ in range(2)] == [4, 0]
    told = " ".join(messages(scene))
    for words in (
        "release__forms is paused: nothing of forms goes on there until it is unpaused",
        "audit_live is paused",
        "pool release_slot has 3 slots, not 1: a start",
        "pool dev_slots has 0 slots, not 4 as the policy in effect says: a start",
    ):
        assert f"unauthorised change: {words}" in told
    assert "somebody_elses" not in told
    with scene.store.transaction() as tx:
        tx.sql.run("DELETE FROM audit_judged WHERE key LIKE 'paused:release%'")
    (again,) = check(scene, airflow).found
    assert again.dag_id == "release__forms"


def test_as_long_as_break_glass_is_open_nothing_is_left_behind(scene: Scene) -> None:
    with scene.store.transaction() as tx:
        review = open_review(tx, ReviewKind.BREAK_GLASS, "x", CHECKER)
        opening = tx.break_glass.open("piet", "x", ("piet", "mona"), tx.now + timedelta(minutes=5), review.id)
    assert check(scene, FakeAirflow(LEFT)).found == []
    with scene.store.transaction() as tx:
        tx.break_glass.close(opening.id, "piet", "done")
    assert len(check(scene, FakeAirflow(LEFT)).found) == 4


def test_a_pool_that_is_missing_is_found(scene: Scene) -> None:
    found = check(scene, FakeAirflow(AirflowFacts(pools={}))).found
    assert [str(one) for one in found] == [
        "pool release_slot is missing: a start of the platform puts it right",
        "pool dev_slots is missing: a start of the platform puts it right",
    ]


def test_pools_of_the_right_size_are_no_finding(scene: Scene) -> None:
    scene.activate(platform_rules(dev_slots=7), people())
    assert check(scene, FakeAirflow(AirflowFacts(pools={"release_slot": 1, "dev_slots": 7}))).found == []


def test_before_the_first_activation_nobody_knows_how_wide_dev_should_be(release_database_url: str) -> None:
    store = DatabaseStore(make_engine(release_database_url))
    facts = AirflowFacts(pools={"release_slot": 1, "dev_slots": 9})
    assert cross_check(store, FakeAirflow(facts), CHECKER).found == []
    store.engine.dispose()
