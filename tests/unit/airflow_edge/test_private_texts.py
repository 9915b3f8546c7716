"""A form for a security release that tells what it is about never reaches Airflow's database."""

import json
from typing import Any

import pytest

from slipway.airflow_edge.form import release_params
from slipway.airflow_edge.private_texts import WORDS, why_not_kept

PATH = "/api/v2/dags/release__orders/dagRuns"
GOOD = {"version": "1.3", "change_kind": "security", "summary": "SEC-7", "rollback_plan": "SEC-7", "to": "prod"}


def asked(path: str = PATH, note: str | None = None, **changes: Any) -> str | None:
    body = {"conf": {**GOOD, **changes}, "note": note}
    return why_not_kept("POST", path, json.dumps(body).encode())


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
        {"note": "a hole in the order page"},
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


def test_the_message_names_every_field_at_once() -> None:
    refusal = asked(summary="a hole", rollback_plan="shut it", for_team="a hole")
    assert refusal is not None
    assert "in: summary, rollback plan, for team." in refusal


def test_other_kinds_of_change_and_other_requests_say_what_they_like() -> None:
    assert asked(change_kind="emergency", summary="the queue is full") is None
    assert asked(path="/api/v2/pools", summary="anything") is None
    assert why_not_kept("GET", PATH, b"") is None
    assert why_not_kept("POST", PATH, b"{") is None
    assert why_not_kept("POST", PATH, b"[]") is None


@pytest.mark.airflow
def test_every_field_of_the_form_is_looked_at() -> None:
    judged = {"summary", "rollback_plan", "needs", *WORDS}
    chosen = {"version", "change_kind", "to", "problematic", "release_id", "resume_of"}
    assert judged | chosen == set(release_params())
