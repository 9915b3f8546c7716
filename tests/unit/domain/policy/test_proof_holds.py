"""The proof that a stage rests on: the last word, young enough, and of the world as it is."""

from datetime import datetime, timedelta
from typing import Any

import pytest

from slipway.domain.policy.proof_holds import check, earliest_expiry
from slipway.domain.proof import Change, Proof
from slipway.domain.release import StageOutcome
from tests.builders import DEV, PREPROD, PROD, platform_rules
from tests.facts import NOW, an_attempt, facts, stage_at

WEEK = timedelta(days=7)


def codes(at: datetime = NOW, **changes: Any) -> list[str]:
    return [blocker.code for blocker in check(facts(PROD, **changes), at)]


def proven(verdict: str = "pass", at: datetime = NOW, **more: Any) -> dict[str, Proof]:
    return {"preprod": Proof(verdict=verdict, at=at, **more)}


def a_change(service: str = "forms", at: datetime = NOW) -> Change:
    return Change(service=service, environment="preprod", version="2.1", at=at, times=1)


def test_a_fresh_pass_holds() -> None:
    assert codes(proofs=proven()) == []


def test_a_proof_holds_until_its_very_last_moment() -> None:
    assert codes(NOW + WEEK - timedelta(seconds=1), proofs=proven()) == []
    assert codes(NOW + WEEK, proofs=proven()) == ["proof_expired"]


def test_its_life_is_in_the_rules() -> None:
    rules = platform_rules(proof_life_minutes=90)
    given = facts(PROD, platform=rules, proofs=proven())
    assert earliest_expiry(given) == NOW + timedelta(minutes=90)
    (blocker,) = check(given, NOW + timedelta(minutes=90))
    assert blocker.message.endswith("is of 2026-11-19 10:00 UTC, and counts for 90 minutes")


@pytest.mark.parametrize("verdict", ["fail", "unknown"])
def test_a_later_verdict_that_is_no_pass_counts(verdict: str) -> None:
    assert codes(proofs=proven(verdict)) == ["not_proven"]


def test_no_data_is_no_proof() -> None:
    assert codes(proofs={}) == ["not_proven"]


def test_a_proof_that_was_found_wrong_is_made_again() -> None:
    assert codes(proofs=proven(voided_because="its target answered otherwise")) == ["proof_void"]


@pytest.mark.parametrize(("at", "counts"), [(NOW, True), (NOW - timedelta(seconds=1), False)])
def test_a_dependency_that_changed_after_the_proof_voids_it(at: datetime, counts: bool) -> None:
    attempt = an_attempt(depends_on=("forms",))
    expected = ["dependency_changed"] if counts else []
    assert codes(attempt=attempt, proofs=proven(), changes=(a_change(at=at),)) == expected


def test_any_other_service_may_change() -> None:
    attempt = an_attempt(depends_on=("forms",))
    assert codes(attempt=attempt, proofs=proven(), changes=(a_change("greeter"),)) == []


def test_dev_and_what_is_not_applicable_need_no_fresh_proof() -> None:
    before = (
        stage_at(DEV, outcome=StageOutcome.PASSED),
        stage_at(PREPROD, outcome=StageOutcome.NOT_APPLICABLE),
    )
    assert codes(stages_before=before, proofs={}) == []
    assert list(check(facts(PREPROD), NOW)) == []
    assert earliest_expiry(facts(PREPROD)) is None
