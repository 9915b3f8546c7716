"""What the recorder saw, as the release log has it."""

import pytest

from slipway.adapters.database.engine import make_engine
from slipway.adapters.database.log_reader import LogReader
from slipway.adapters.database.transaction import DatabaseStore
from slipway.airflow_edge.request_log import write
from slipway.airflow_edge.request_record import Outcome, Phase, RequestRecord
from slipway.domain.errors import DatabaseUnavailableError
from slipway.domain.log_entry import LogEntry
from tests.scene import Scene


def a_record(**changes: object) -> RequestRecord:
    facts: dict[str, object] = {
        "request_id": "q-1",
        "phase": Phase.ATTEMPT,
        "user": "sam",
        "method": "PATCH",
        "path": "/api/v2/dags/release__orders/dagRuns/r-1",
        "dag_id": "release__orders",
        "run_id": "r-1",
        "decision": {"state": "success"},
    }
    return RequestRecord(**{**facts, **changes})  # type: ignore[arg-type]


def written(scene: Scene, record: RequestRecord) -> LogEntry:
    write(scene.store, record)
    with scene.store.transaction() as tx:
        return LogReader(tx.sql).newest(limit=1)[0]


def test_a_request_is_received_and_then_answered(scene: Scene) -> None:
    received = written(scene, a_record())
    answered = written(scene, a_record(phase=Phase.OUTCOME, status=403, outcome=Outcome.REFUSED))
    assert [received.kind, answered.kind] == ["request_received", "request_answered"]
    assert (answered.actor, answered.via, answered.service, answered.environment) == ("sam", "rest", "orders", None)
    assert answered.as_json()["payload"] == {
        "request_id": "q-1",
        "method": "PATCH",
        "path": "/api/v2/dags/release__orders/dagRuns/r-1",
        "status": 403,
        "outcome": "refused",
        "dag_id": "release__orders",
        "run_id": "r-1",
        "task_id": None,
        "decision": {"state": "success"},
    }


def test_a_stranger_is_anonymous_and_a_task_is_the_platform(scene: Scene) -> None:
    assert written(scene, a_record(user=None)).actor == "anonymous"
    task = written(scene, a_record(user="platform", via="task", path="/slipway/api/grants", dag_id=None, run_id=None))
    assert (task.actor, task.via, task.service) == ("platform", "task", None)


def test_a_request_about_the_run_of_an_attempt_belongs_to_its_release(scene: Scene) -> None:
    attempt = scene.opened()
    entry = written(scene, a_record(dag_id=attempt.dag_id, run_id=attempt.run_id))
    assert (entry.attempt, entry.release_id) == (attempt.id, attempt.release_id)


def test_a_request_about_a_release_belongs_to_it_and_a_made_up_number_to_none(scene: Scene) -> None:
    attempt = scene.opened()
    about = {"dag_id": None, "run_id": None, "method": "POST"}
    mine = written(scene, a_record(path=f"/slipway/api/releases/{attempt.release_id}/stop", **about))
    change = written(scene, a_record(path=f"/slipway/api/changes/{attempt.release_id}/act", **about))
    made_up = written(scene, a_record(path="/slipway/api/releases/r999/stop", **about))
    assert (mine.release_id, change.release_id) == (attempt.release_id, attempt.release_id)
    assert made_up.release_id is None


def test_no_stranger_fills_the_log_or_stops_it_by_what_stands_in_a_path(scene: Scene) -> None:
    for much in ("x" * 60_000, "nul \x00 in it"):
        about = {"user": None, "path": f"/api/v2/dags/{much}/dagRuns/{much}", "dag_id": much, "run_id": much}
        entry = written(scene, a_record(**about, task_id=much))
        assert (len(entry.payload) < 3_000, entry.actor) == (True, "anonymous")


def test_the_longest_names_that_airflow_gives_are_kept_whole(scene: Scene) -> None:
    names = {"dag_id": "d" * 250, "run_id": "r" * 250, "task_id": "t" * 250}
    path = f"/api/v2/dags/{names['dag_id']}/dagRuns/{names['run_id']}/taskInstances/{names['task_id']}/-1/hitlDetails"
    payload = written(scene, a_record(path=path, **names)).as_json()["payload"]
    assert payload.items() >= {**names, "path": path}.items()


def test_a_log_that_cannot_be_written_is_an_error(tmp_path: object) -> None:
    nowhere = DatabaseStore(make_engine(f"postgresql+psycopg2://postgres@/none?host={tmp_path}"))
    with pytest.raises(DatabaseUnavailableError):
        write(nowhere, a_record())
