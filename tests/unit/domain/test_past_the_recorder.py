"""Everything that Airflow remembers must have its request; each request accounts for one thing."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from slipway.domain.audit import (
    AirflowEvent,
    AirflowFacts,
    AnswerFact,
    AssetEventFact,
    Finding,
    RecordedRequest,
    RunFact,
    RunName,
    service_of_dag,
)
from slipway.domain.past_the_recorder import TOLERANCE, is_change, judge

NOON = datetime(2026, 6, 1, 12, tzinfo=UTC)
DAG, RUN = "release__orders", "r-1"
TRIGGERED = AirflowEvent(
    id=1,
    at=NOON,
    event="trigger_dag_run",
    owner="rita",
    dag_id=DAG,
    run_id=RUN,
    task_id=None,
    method="POST",
    command=None,
)
BY_COMMAND = replace(
    TRIGGERED, id=2, event="cli_dag_trigger", owner="root", run_id=None, method=None, command="['airflow', 'dags']"
)
REQUEST = RecordedRequest(
    at=NOON - timedelta(milliseconds=20),
    actor="rita",
    method="POST",
    path=f"/api/v2/dags/{DAG}/dagRuns",
    dag_id=DAG,
    run_id=RUN,
    task_id=None,
    refused=False,
)
STARTED = RunFact(dag_id=DAG, run_id=RUN, started=NOON, how="rest_api", by="rita", clears=0)
ANSWERED = AnswerFact(id="a", at=NOON, by="sam", dag_id=DAG, run_id=RUN, task_id="prod.sign_off")
ANSWER = replace(REQUEST, actor="sam", method="PATCH", path="…/hitlDetails", task_id="prod.sign_off")
SENT = AssetEventFact(id=3, at=NOON, asset="artefact-orders")
SEND = replace(REQUEST, actor="pipeline", path="/api/v2/assets/events", dag_id=None, run_id=None)


def found(facts: AirflowFacts, *requests: RecordedRequest) -> list[Finding]:
    return [one.finding for one in judge(facts, requests) if one.finding is not None]


def test_an_event_with_its_request_is_no_finding() -> None:
    assert found(AirflowFacts(events=[TRIGGERED]), REQUEST) == []


def test_an_event_of_a_refused_request_is_no_finding() -> None:
    assert found(AirflowFacts(events=[TRIGGERED]), replace(REQUEST, refused=True)) == []


@pytest.mark.parametrize(
    "other",
    [
        {"actor": "rob"},
        {"method": "PATCH"},
        {"dag_id": "release__forms"},
        {"run_id": "r-2"},
        {"at": NOON - TOLERANCE - timedelta(seconds=1)},
    ],
)
def test_an_event_without_its_request_is_one(other: dict[str, object]) -> None:
    (finding,) = found(AirflowFacts(events=[TRIGGERED]), replace(REQUEST, **other))  # type: ignore[arg-type]
    assert (finding.actor, finding.via, finding.what) == ("rita", "airflow", "trigger_dag_run")


def test_a_request_accounts_for_one_event_only() -> None:
    twice = [TRIGGERED, replace(TRIGGERED, id=9, at=NOON + timedelta(seconds=1))]
    assert len(found(AirflowFacts(events=twice), REQUEST)) == 1


def test_a_clock_that_is_a_little_ahead_makes_no_finding() -> None:
    assert found(AirflowFacts(events=[TRIGGERED]), replace(REQUEST, at=NOON + timedelta(seconds=30))) == []


def test_the_command_line_is_a_finding_whatever_was_requested() -> None:
    (finding,) = found(AirflowFacts(events=[BY_COMMAND]), replace(REQUEST, actor="root"))
    assert (finding.actor, finding.via, finding.command) == ("root", "airflow_cli", "['airflow', 'dags']")


@pytest.mark.parametrize(
    ("event", "method", "change"),
    [
        ("cli_task_clear", None, True),
        ("cli_never_heard_of", None, True),
        ("cli_task_state", None, False),
        ("cli_scheduler", None, False),
        ("running", None, False),
        ("get_something", "GET", False),
        ("delete_dag_run", "DELETE", True),
        ("get_task_instances_batch", "POST", False),
    ],
)
def test_what_may_change_something_is_compared(event: str, method: str | None, *, change: bool) -> None:
    assert is_change(replace(TRIGGERED, event=event, method=method)) is change


def test_a_run_needs_a_request_of_who_started_it() -> None:
    assert found(AirflowFacts(runs=[STARTED]), REQUEST) == []
    assert found(AirflowFacts(runs=[STARTED]), replace(REQUEST, run_id=None)) == []
    for wrong in (replace(REQUEST, refused=True), replace(REQUEST, actor="rob"), replace(REQUEST, run_id="r-9")):
        (finding,) = found(AirflowFacts(runs=[STARTED]), wrong)
        assert (finding.what, finding.actor, finding.via) == ("run started", "rita", "database")


@pytest.mark.parametrize("how", ["timetable", "asset"])
def test_runs_that_airflow_starts_itself_need_none(how: str) -> None:
    assert found(AirflowFacts(runs=[replace(STARTED, how=how, by=None)])) == []


def test_a_run_of_the_command_line_is_found_once_by_its_command() -> None:
    run = replace(STARTED, how="cli", by="root")
    assert [one.what for one in found(AirflowFacts(runs=[run], events=[BY_COMMAND]))] == ["cli_dag_trigger"]
    assert [one.what for one in found(AirflowFacts(runs=[run]))] == ["run started"]


def test_a_cleared_run_needs_a_request_that_clears_it() -> None:
    run = replace(STARTED, how="timetable", clears=1)
    clear = replace(REQUEST, actor="bree", path=f"/api/v2/dags/{DAG}/clearTaskInstances")
    assert found(AirflowFacts(runs=[run]), clear) == []
    assert found(AirflowFacts(runs=[run], events=[replace(BY_COMMAND, event="cli_task_clear")]))[1:] == []
    for wrong in (replace(clear, refused=True), replace(clear, run_id="r-9"), REQUEST):
        (finding,) = found(AirflowFacts(runs=[run]), wrong)
        assert (finding.what, finding.actor) == ("run cleared", "unknown")


def test_each_further_clearing_is_judged_anew() -> None:
    keys = [
        next(one.key for one in judge(AirflowFacts(runs=[replace(STARTED, how="asset", clears=n)]), [])) for n in (1, 2)
    ]
    assert len(set(keys)) == 2


def test_a_run_that_is_gone_needs_a_request_that_deletes_it() -> None:
    facts = AirflowFacts(missing=[RunName(dag_id=DAG, run_id=RUN)])
    delete = replace(REQUEST, method="DELETE", path=f"/api/v2/dags/{DAG}/dagRuns/{RUN}")
    assert found(facts, delete) == []
    assert found(facts, replace(delete, method="PATCH", path="/api/v2/dags/~/dagRuns", dag_id=None, run_id=None)) == []
    for wrong in (replace(delete, refused=True), replace(delete, task_id="open"), replace(REQUEST, method="POST")):
        assert [one.what for one in found(facts, wrong)] == ["run deleted"]
    cleaned = replace(BY_COMMAND, event="cli_cleanup_tables", dag_id=None)
    assert [one.what for one in found(replace(facts, events=[cleaned]))] == ["cli_cleanup_tables"]


def test_an_answer_needs_a_request_of_who_gave_it() -> None:
    assert found(AirflowFacts(answers=[ANSWERED]), ANSWER) == []
    for wrong in (replace(ANSWER, actor="sue"), replace(ANSWER, refused=True), replace(ANSWER, task_id="prod.confirm")):
        (finding,) = found(AirflowFacts(answers=[ANSWERED]), wrong)
        assert (finding.what, finding.actor, finding.task_id) == ("question answered", "sam", "prod.sign_off")


def test_an_asset_event_needs_a_request() -> None:
    assert found(AirflowFacts(asset_events=[SENT]), SEND) == []
    assert [one.what for one in found(AirflowFacts(asset_events=[SENT]), REQUEST)] == ["asset event of artefact-orders"]


def test_a_finding_says_who_did_what_and_how() -> None:
    (finding,) = found(AirflowFacts(events=[BY_COMMAND]))
    assert str(finding) == "cli_dag_trigger (release__orders) by root, via airflow_cli"


@pytest.mark.parametrize(
    ("dag_id", "service"),
    [("release__a", "a"), ("dev__a", "a"), ("audit_live", None), ("other__a", None), ("dev__", None), (None, None)],
)
def test_a_dag_of_a_service_names_it(dag_id: str | None, service: str | None) -> None:
    assert service_of_dag(dag_id) == service
