"""Airflow's REST interface as one account sees it."""

from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta

import pytest

from slipway.adapters.airflow_rest import PAGE, AirflowRest
from slipway.adapters.airflow_rest_errors import (
    AirflowRestError,
    AirflowUnreachableError,
    ConflictError,
    SignInError,
)
from slipway.domain.errors import NotFoundError, RefusedError, SlipwayError
from slipway.domain.json_value import JsonObject
from tests.fakes.airflow_server import Asked, FakeAirflow, a_question

RUN = "/api/v2/dags/release__orders/dagRuns/run-1"
ANSWER = f"PATCH {RUN}/taskInstances/prod.authorise/-1/hitlDetails"
FIELDS = {"comment": {"value": ""}, "looked_by": {"value": None}, "looked_at": {"value": "nothing"}}


@pytest.fixture
def airflow() -> Iterator[FakeAirflow]:
    with FakeAirflow() as server:
        yield server


@pytest.fixture
def slept() -> list[float]:
    return []


@pytest.fixture
def sam(airflow: FakeAirflow, slept: list[float]) -> Iterator[AirflowRest]:
    with closing(AirflowRest(airflow.url, lambda: "token-of-sam", sleep=slept.append)) as rest:
        yield rest


def asks(airflow: FakeAirflow, *, age: float, **more: object) -> None:
    """The question stands since `age` seconds."""
    created = (datetime.now(tz=UTC) - timedelta(seconds=age)).isoformat()
    question = {**a_question("prod.authorise", created, FIELDS), **more}
    airflow.answers[f"GET {RUN}/hitlDetails"] = (200, {"hitl_details": [question]})
    airflow.answers[ANSWER] = (200, {"chosen_options": ["Approve"]})


def test_signing_in_gives_a_token(sam: AirflowRest) -> None:
    assert sam.login("sue", "sue") == "token-of-sue"


def test_a_wrong_password_is_said_to_be_wrong(sam: AirflowRest) -> None:
    with pytest.raises(SignInError, match="sue cannot sign in"):
        sam.login("sue", "guess")


def test_a_run_is_started_with_its_conf(sam: AirflowRest, airflow: FakeAirflow) -> None:
    airflow.answers["POST /api/v2/dags/release__orders/dagRuns"] = (200, {"dag_run_id": "run-1"})

    assert sam.trigger("release__orders", {"version": "1.0"}, "run-1", "CHG-1") == "run-1"
    assert airflow.asked[-1].person == "sam"
    assert airflow.asked[-1].body == {
        "logical_date": None,
        "dag_run_id": "run-1",
        "conf": {"version": "1.0"},
        "note": "CHG-1",
    }


def test_a_run_that_is_not_there_has_no_state(sam: AirflowRest, airflow: FakeAirflow) -> None:
    assert sam.run_state("release__orders", "run-1") is None
    airflow.answers[f"GET {RUN}"] = (200, {"state": "running"})
    assert sam.run_state("release__orders", "run-1") == "running"


def test_runs_that_go_on_are_read_page_by_page(sam: AirflowRest, airflow: FakeAirflow) -> None:
    runs = [{"dag_id": "release__orders", "dag_run_id": f"run-{number}"} for number in range(PAGE + 1)]

    def listed(asked: Asked) -> tuple[int, JsonObject]:
        assert asked.query["state"] == ["queued", "running"]
        begin = int(asked.query["offset"][0])
        return 200, {"dag_runs": runs[begin : begin + int(asked.query["limit"][0])]}

    airflow.answers["GET /api/v2/dags/~/dagRuns"] = listed
    assert sam.active_runs() == {("release__orders", run["dag_run_id"]) for run in runs}


@pytest.mark.parametrize(("age", "at_least", "at_most"), [(0.0, 2.0, 3.0), (60.0, 0.0, 0.0), (-60.0, 3.0, 3.0)])
def test_an_answer_waits_out_airflows_race_and_no_longer(
    sam: AirflowRest, airflow: FakeAirflow, slept: list[float], age: float, at_least: float, at_most: float
) -> None:
    asks(airflow, age=age)

    sam.answer("release__orders", "run-1", "prod.authorise", "Approve", {})

    assert at_least <= sum(slept) <= at_most


def test_an_answer_fills_in_exactly_what_the_question_asks(sam: AirflowRest, airflow: FakeAirflow) -> None:
    asks(airflow, age=60)

    sam.answer("release__orders", "run-1", "prod.authorise", "Approve", {"looked_by": "rob", "comment": ""})

    assert airflow.changes()[0].body == {
        "chosen_options": ["Approve"],
        "params_input": {"comment": "", "looked_by": "rob", "looked_at": "nothing"},
    }


def test_what_a_question_does_not_ask_is_not_sent(sam: AirflowRest, airflow: FakeAirflow) -> None:
    asks(airflow, age=60)

    with pytest.raises(RefusedError, match="does not ask for mood"):
        sam.answer("release__orders", "run-1", "prod.authorise", "Approve", {"mood": "good"})
    assert airflow.changes() == []


def test_a_question_that_is_not_put_names_those_that_are(sam: AirflowRest, airflow: FakeAirflow) -> None:
    asks(airflow, age=60)

    with pytest.raises(NotFoundError, match=r"prod.sign_off .* waiting: prod.authorise"):
        sam.answer("release__orders", "run-1", "prod.sign_off", "Approve", {})


def test_an_asset_event_finds_the_asset_by_its_whole_name(sam: AirflowRest, airflow: FakeAirflow) -> None:
    assets = [{"id": 1, "name": "artefact-orders-old"}, {"id": 2, "name": "artefact-orders"}]
    airflow.answers["GET /api/v2/assets"] = (200, {"assets": assets})
    airflow.answers["POST /api/v2/assets/events"] = (200, {"id": 7})

    assert sam.asset_event("artefact-orders", {"version": "1.0"}) == {"id": 7}
    assert airflow.changes()[0].body == {"asset_id": 2, "extra": {"version": "1.0"}}
    with pytest.raises(NotFoundError, match="no asset artefact-forms"):
        sam.asset_event("artefact-forms", {})


NO_TIME = "Invalid input for param not_before: 'soon' is not a 'date-time'\n\nFailed validating 'format' in schema"
UNKNOWN = "Invalid input for param ticket: 5 is odd\n\nFailed validating 'oddness' in schema"


def test_who_is_not_asked_is_told_who_is_and_that_the_attempt_is_in_the_log(
    sam: AirflowRest, airflow: FakeAirflow
) -> None:
    asks(airflow, age=60, assigned_users=[{"id": "mona", "name": "Mona Moss"}, {"id": "platform", "name": "Slipway"}])
    airflow.answers[ANSWER] = (403, {"detail": "User=sam (id=5) is not a respondent for the task."})

    with pytest.raises(RefusedError, match=r"not asked of you.* asked are Mona Moss\. .* in the log$"):
        sam.answer("release__orders", "run-1", "prod.authorise", "Approve", {})


def test_an_answer_that_came_too_late_is_told_without_airflows_words(sam: AirflowRest, airflow: FakeAirflow) -> None:
    asks(airflow, age=60)
    airflow.answers[ANSWER] = (409, {"detail": "Human-in-the-loop detail has already been updated"})

    with pytest.raises(ConflictError, match=r"^prod\.authorise was answered in the meantime"):
        sam.answer("release__orders", "run-1", "prod.authorise", "Approve", {})


@pytest.mark.parametrize(
    ("status", "body", "error", "words"),
    [
        (401, {"detail": "expired"}, SignInError, "slipway login"),
        (403, {"detail": "Forbidden"}, RefusedError, "you may not do that.* in the log"),
        (403, {"code": "may_not_stop", "message": "Rob is none of those"}, RefusedError, "Rob is none of those"),
        (404, {"detail": "no such DAG"}, NotFoundError, "no such DAG"),
        (409, {"detail": {"reason": "Unique constraint violation"}}, ConflictError, "Unique constraint"),
        (422, {"detail": [{"loc": ["body", "version"], "type": "missing"}]}, AirflowRestError, "version is missing"),
        (400, {"detail": NO_TIME}, AirflowRestError, r"accepted: not_before is no time .*2030-01-31T09:30\+00:00$"),
        (400, {"detail": UNKNOWN}, AirflowRestError, "accepted: ticket is not accepted: 5 is odd$"),
        (500, "oops", AirflowRestError, "500"),
    ],
)
def test_each_refusal_says_what_it_means(
    sam: AirflowRest, airflow: FakeAirflow, status: int, body: object, error: type[SlipwayError], words: str
) -> None:
    airflow.answers["GET /api/v2/x"] = (status, body)

    with pytest.raises(error, match=words):
        sam.call("GET", "/api/v2/x")


def test_a_server_that_is_not_there_is_said_to_be_not_there() -> None:
    with (
        closing(AirflowRest("http://127.0.0.1:1", str)) as rest,
        pytest.raises(AirflowUnreachableError, match="make up"),
    ):
        rest.login("sam", "sam")
