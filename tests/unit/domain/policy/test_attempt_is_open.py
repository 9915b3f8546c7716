"""What ended or was stopped starts nothing."""

from slipway.domain.policy.attempt_is_open import check
from slipway.domain.release import Outcome, StageOutcome
from tests.facts import NOW, an_attempt, facts, stage_at


def test_an_open_attempt_is_not_in_its_own_way() -> None:
    assert not list(check(facts(), NOW))


def test_every_kind_of_end_is_named_at_once() -> None:
    over = facts(
        attempt=an_attempt(outcome=Outcome.EXPIRED, stop_requested_by="rob", stop_reason="wrong"),
        stage=stage_at(ending=StageOutcome.REJECTED),
    )
    assert [blocker.code for blocker in check(over, NOW)] == ["attempt_ended", "stage_ended", "stopped"]


def test_a_stage_with_its_outcome_has_ended_too() -> None:
    (blocker,) = check(facts(stage=stage_at(outcome=StageOutcome.PASSED)), NOW)
    assert blocker.code == "stage_ended"
    assert "passed" in blocker.message
