"""A form for a security release that tells what it is about never reaches Airflow's database."""

import json
from typing import Any

import pytest

from slipway.airflow_edge.form import release_params
from slipway.airflow_edge.private_texts import FIELDS, why_not_kept
from slipway.domain.release import ChangeKind

PATH = "/api/v2/dags/release__orders/dagRuns"
GOOD = {"version": "1.3", "change_kind": "security", "summary": "SEC-7", "rollback_plan": "SEC-7", "to": "prod"}


AS_ANY_OTHER = {"change_kind": "standard", "summary": "a hole in the order page", "release_id": "r7"}


class Known:
    """The kinds of the releases that there are."""

    def of_release(self, release_id: str) -> ChangeKind | None:
        return {"r7": ChangeKind.SECURITY, "r8": ChangeKind.STANDARD}.get(release_id)

    def of_run(self, dag_id: str, run_id: str) -> ChangeKind | None:
        return ChangeKind.SECURITY if (dag_id, run_id) == ("release__orders", "r7-attempt-1") else None


def answered(run_id: str = "r7-attempt-1", **inputs: Any) -> str | None:
    path = f"/api/v2/dags/release__orders/dagRuns/{run_id}/taskInstances/prod.authorise/-1/hitlDetails"
    body = {"chosen_options": ["Approve"], "params_input": inputs}
    return why_not_kept("PATCH", path, json.dumps(body).encode(), Known())


def asked(path: str = PATH, beside: dict[str, Any] | None = None, **changes: Any) -> str | None:
    body = {"conf": {**GOOD, **changes}, "note": None, "logical_date": None, **(beside or {})}
    return why_not_kept("POST", path, json.dumps(body).encode(), Known())


def by_console(retried: str | None = None, /, **body: Any) -> str | None:
    path = "/slipway/api/releases" if retried is None else f"/slipway/api/releases/{retried}/retry"
    return why_not_kept("POST", path, json.dumps(body).encode(), Known())


def test_a_reference_passes_with_all_that_is_a_name() -> None:
    assert asked() is None
    assert (
        asked(ticket="OFQ-7", needs="forms=2.1, greeter=1.0", attended_by="rob", problematic=True, fixes=None) is None
    )


@pytest.mark.parametrize(
    "told",
    [
        {"summary": "a hole in the order page"},
        {"summary": None},
        {"rollback_plan": "shut the page"},
        {"rollback_plan": "SEC-8"},
        {"needs": "a hole in the order page"},
        {"beside": {"note": "a hole in the order page"}},
        {"beside": {"dag_run_id": "a hole in the order page"}},
        {"beside": {"dag_run_id": "a-hole" * 21}},
        {"beside": {"dag_run_id": ["a-hole"]}},
        {"beside": {"partition_key": "a-hole"}},
        {"beside": {"logical_date": "a hole"}},
        {"beside": {"more": "a-hole"}},
        {"version": "a hole in the order page"},
        {"version": "1.3\n"},
        {"version": "a-hole-in-the-order-page" * 5},
        {"more": "a-hole"},
        {"a hole": None},
        {"to": "a-hole"},
        {"problematic": "a-hole"},
        {"problematic": ["a-hole"]},
        {"resume_of": "a hole"},
        {"change_kind": " Security", "summary": "a hole"},
        {"change_kind": "a hole", "release_id": "r7"},
        AS_ANY_OTHER,
        {**AS_ANY_OTHER, "change_kind": None},
        {"ticket": "a hole in the order page"},
        {"ticket": "a-hole-in-the-order-page" * 5},
    ],
    ids=str,
)
def test_free_text_is_refused_and_not_repeated(told: dict[str, Any]) -> None:
    refusal = asked(**told)
    assert refusal is not None
    assert "POST /slipway/api/disclosures" in refusal
    assert "hole" not in refusal


def test_a_further_attempt_passes_as_cli_and_platform_send_it() -> None:
    again = {"release_id": "r7", "resume_of": "r7.1", "despite_bad": "SEC-7"}
    assert asked(beside={"dag_run_id": "orders-1.3-20301122T101500-a1b2"}, **again) is None
    assert asked(beside={"dag_run_id": "r7-attempt-2.3"}, **again) is None


def test_a_run_as_the_form_in_the_browser_starts_it_passes() -> None:
    at = "2030-11-22T13:54:52.273Z"
    dates = {"logical_date": at, "run_after": at, "data_interval_start": at, "data_interval_end": at}
    beside = {"dag_run_id": "manual__2030-11-22T13:54:52.273875+00:00", "note": "", "partition_key": None, **dates}
    assert asked(beside=beside, ticket=None, release_id=None, problematic=False) is None


def test_a_further_attempt_of_another_kind_says_what_it_likes_and_of_no_release_nothing() -> None:
    assert asked(**{**AS_ANY_OTHER, "release_id": "r8"}) is None
    refusal = asked(**{**AS_ANY_OTHER, "release_id": "r9"})
    assert refusal is not None
    assert refusal.startswith("There is no such release")


def test_what_must_not_be_known_is_not_changed_by_hand_however_little_it_says() -> None:
    by_hand = "/api/v2/dags/record_change/dagRuns"
    for more in ({}, {"change_kind": "standard", "release_id": "r7"}):
        refusal = asked(path=by_hand, what="SEC-7", **more)
        assert refusal is not None
        assert refusal.startswith("a change by hand that must not be known yet is not supported")
    assert asked(path=by_hand, change_kind="standard", what="a new price") is None


def test_what_is_nested_too_deep_to_be_looked_at_is_refused() -> None:
    assert why_not_kept("POST", PATH, b"[" * 200_000, Known()) is not None


def test_the_message_names_every_field_at_once() -> None:
    refusal = asked(summary="a hole", rollback_plan="shut it", for_team="a hole")
    assert refusal is not None
    assert "in: summary, rollback plan, for team." in refusal


def test_other_kinds_of_change_and_other_requests_say_what_they_like() -> None:
    assert asked(change_kind="emergency", summary="the queue is full") is None
    assert asked(path="/api/v2/pools", summary="anything") is None
    assert why_not_kept("GET", PATH, b"", Known()) is None
    assert why_not_kept("POST", PATH, b"{", Known()) is None
    assert why_not_kept("POST", PATH, b"[]", Known()) is None


@pytest.mark.airflow
def test_every_field_of_the_form_is_looked_at() -> None:
    assert set(release_params()) == FIELDS


@pytest.mark.parametrize(
    "told",
    [
        {"comment": "the hole is closed"},
        {"looked_at": "the order page"},
        {"looked_by": "Rob saw no hole"},
        {"comment": "a-hole" * 20},
        {"more": "a-hole"},
    ],
    ids=str,
)
def test_an_answer_about_a_security_release_explains_nothing(told: dict[str, str]) -> None:
    refusal = answered(**told)
    assert refusal is not None
    assert "hole" not in refusal
    assert answered("r8-attempt-1", **told) is None


def test_an_answer_passes_with_nothing_with_a_reference_or_with_a_name() -> None:
    assert answered() is None
    assert answered(comment=None) is None
    assert answered(comment="SEC-7", looked_by="Rob van Dam", looked_at="SEC-7") is None


SENTENCES = (
    "anybody-may-read-the-orders",
    "anybody_may_read",
    "anybody.may/read:orders",
    "AnybodyMayReadOrders",
    "https://tracker.example/anybody-may-read-orders",
    "https://tracker.example/anybody/may/read/all/orders",
)


@pytest.mark.parametrize("sentence", SENTENCES)
@pytest.mark.parametrize("field", ["ticket", "fixes", "despite_bad", "support"])
def test_words_joined_by_hyphens_or_the_like_are_words(field: str, sentence: str) -> None:
    assert asked(**{field: sentence}) is not None
    assert answered(comment=sentence) is not None
    assert answered(looked_at=sentence) is not None


@pytest.mark.parametrize(
    "told",
    [
        {"for_team": "anybody-may-read-the-orders-of-all"},
        {"attended_by": "anybody.may.read.the.orders"},
        {"needs": "anybody-may=read-the-orders-of-anybody-else"},
        {"version": "anybody-may-read-the-orders"},
        {"release_id": "r7", "resume_of": "anybody-may-read"},
        {"beside": {"dag_run_id": "anybody-may-read-orders"}},
    ],
    ids=str,
)
def test_a_name_or_run_id_is_no_sentence_either(told: dict[str, Any]) -> None:
    assert asked(**told) is not None


@pytest.mark.parametrize(
    "names",
    [
        {"ticket": "https://tracker.example.gov.uk/browse/OFQ-77"},
        {"ticket": "https://github.com/alphagov/order-page/issues/12"},
        {"ticket": "INC0012345"},
        {"for_team": "benefits-and-claims-online"},
        {"attended_by": "rob.van-dam@digital.cabinet-office.gov.uk"},
        {"needs": "forms=2024.11.02-rc1, order-page=1.0"},
        {"version": "1.3.0-rc1+a1b2c3d"},
    ],
    ids=str,
)
def test_numbers_addresses_and_names_pass(names: dict[str, Any]) -> None:
    version = names.get("version", "1.3")
    assert asked(beside={"dag_run_id": f"orders-{version}-20301122T101500-a1b2"}, **names) is None


HOLE = "remote code execution in the login form"


@pytest.mark.parametrize(
    "told",
    [
        {"version": HOLE},
        {"version": "anybody-may-read-the-orders"},
        {"summary": HOLE},
        {"ticket": HOLE},
        {"release_id": "r8", "resume_of": HOLE},
        {"change_kind": " Security", "version": HOLE},
        {"more": "x"},
    ],
    ids=str,
)
def test_what_the_console_is_asked_for_is_judged_like_the_run_that_it_starts(told: dict[str, Any]) -> None:
    refusal = by_console(**{**GOOD, "service": "orders", **told})
    assert refusal is not None
    assert "login" not in refusal
    assert by_console(**GOOD, service="orders") is None


@pytest.mark.parametrize("field", ["version", "despite_bad", "to", "change_kind"])
@pytest.mark.parametrize("release_id", ["r7", "r9"])
def test_a_retry_by_the_console_is_of_its_releases_kind(release_id: str, field: str) -> None:
    refusal = by_console(release_id, **{field: HOLE})
    assert refusal is not None
    assert "login" not in refusal
    assert by_console("r8", **{field: HOLE}) is None


@pytest.mark.parametrize("release_id", ["r7", "r8", "r9"])
def test_a_retry_by_the_console_with_names_only_passes(release_id: str) -> None:
    assert by_console(release_id) is None
    assert by_console(release_id, version="1.3.0-rc1", contains="r5,r6", despite_bad="SEC-7") is None


def test_what_the_console_is_asked_for_otherwise_says_what_it_likes() -> None:
    assert by_console(**{**GOOD, "service": "orders", "change_kind": "standard", "summary": HOLE}) is None
