"""The log learns what was asked for and of what, and never a secret or a free text."""

import json

import pytest

from slipway.airflow_edge.request_record import Outcome, Target, decision_in, outcome_of, target_of


def _body(document: object) -> bytes:
    return json.dumps(document).encode()


@pytest.mark.parametrize(
    ("path", "target"),
    [
        ("/api/v2/dags/release__a/dagRuns/r-1/taskInstances/deploy", Target("release__a", "r-1", "deploy")),
        ("/api/v2/dags/d/dagRuns/r/taskInstances/ask/-1/hitlDetails", Target("d", "r", "ask")),
        ("/api/v2/dags/d/dagRuns", Target("d")),
        ("/api/v2/dags/~/dagRuns/~/taskInstances", Target()),
        ("/api/v2/pools/release_slot", Target()),
    ],
)
def test_a_path_names_its_target(path: str, target: Target) -> None:
    assert target_of(path) == target


def test_the_answer_is_kept_and_the_comment_is_not() -> None:
    body = _body({"chosen_options": ["Approve"], "params_input": {"comment": "I know her password: x"}})
    assert decision_in(body) == {"chosen_options": ["Approve"]}


def test_the_wanted_state_is_kept_and_the_note_is_not() -> None:
    assert decision_in(_body({"new_state": "success", "note": "secret"})) == {"new_state": "success"}


def test_of_conf_only_names_are_kept() -> None:
    conf = {"version": "1.2.0", "to": "prod", "summary": "hole in the login", "rollback_plan": "…"}
    kept = {"dag_run_id": "r", "conf": {"version": "1.2.0", "to": "prod"}}
    assert decision_in(_body({"dag_run_id": "r", "conf": conf, "note": "n"})) == kept


def test_bulk_requests_are_kept_entity_by_entity() -> None:
    entity = {"dag_id": "d", "dag_run_id": "r", "task_id": "t", "new_state": "failed", "note": "n"}
    kept = decision_in(_body({"actions": [{"action": "update", "entities": [entity]}]}))
    told = {"dag_id": "d", "dag_run_id": "r", "task_id": "t", "new_state": "failed"}
    assert kept == {"actions": [{"action": "update", "entities": [told]}]}


def test_values_of_variables_and_passwords_of_connections_are_not_kept() -> None:
    assert decision_in(_body({"key": "k", "value": "s3cret"})) == {"key": "k"}
    assert decision_in(_body({"connection_id": "c", "password": "s3cret"})) == {"connection_id": "c"}


def test_a_secret_hidden_below_a_known_key_is_not_kept() -> None:
    assert decision_in(_body({"state": {"password": "s3cret"}})) == {"state": None}


def test_long_texts_are_cut() -> None:
    kept = decision_in(_body({"version": "v" * 10_000}))
    assert kept == {"version": "v" * 250}


@pytest.mark.parametrize("body", [b"{", b"\xff\xfe", b"[" * 200_000])
def test_an_unreadable_body_is_said_to_be_so(body: bytes) -> None:
    assert decision_in(body) == {"unreadable": True}


@pytest.mark.parametrize("body", [b"", b"[1]", b"null"])
def test_no_object_is_no_decision(body: bytes) -> None:
    assert decision_in(body) == {}


@pytest.mark.parametrize(
    ("status", "outcome"),
    [
        (200, Outcome.ALLOWED),
        (204, Outcome.ALLOWED),
        (401, Outcome.REFUSED),
        (403, Outcome.REFUSED),
        (413, Outcome.REFUSED),
        (404, Outcome.FAILED),
        (409, Outcome.FAILED),
        (500, Outcome.FAILED),
    ],
)
def test_a_status_says_how_it_ended(status: int, outcome: Outcome) -> None:
    assert outcome_of(status) is outcome
