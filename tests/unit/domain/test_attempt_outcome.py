"""How an attempt ended follows from how its stages ended."""

import pytest

from slipway.domain.release import Outcome, StageOutcome, attempt_outcome
from slipway.domain.service import StageRole

PASSED, CARRIED, NOT_ASKED, UNDONE = (
    StageOutcome.PASSED,
    StageOutcome.CARRIED_OVER,
    StageOutcome.NOT_ASKED,
    StageOutcome.UNDONE,
)


@pytest.mark.parametrize(
    ("outcomes", "expected"),
    [
        ([PASSED, PASSED, PASSED], Outcome.LIVE),
        ([CARRIED, CARRIED, PASSED], Outcome.LIVE),
        ([StageOutcome.NOT_APPLICABLE, PASSED, PASSED], Outcome.LIVE),
        ([PASSED, NOT_ASKED, NOT_ASKED], Outcome.PROVEN),
        ([PASSED, PASSED, NOT_ASKED], Outcome.PROVEN),
        ([UNDONE], Outcome.FAILED),
        ([PASSED, UNDONE], Outcome.FAILED),
        ([PASSED, PASSED, UNDONE], Outcome.ROLLED_BACK),
        ([PASSED, StageOutcome.REJECTED, UNDONE], Outcome.REJECTED),
        ([PASSED, PASSED, StageOutcome.UNVERIFIED], Outcome.UNVERIFIED),
        ([PASSED, StageOutcome.LIVE_UNCERTAIN], Outcome.LIVE_UNCERTAIN),
        ([StageOutcome.NOT_STARTED], Outcome.FAILED),
    ],
)
def test_the_first_stage_that_stops_it_decides(outcomes: list[StageOutcome], expected: Outcome) -> None:
    assert attempt_outcome(zip(StageRole, outcomes, strict=False)) is expected


@pytest.mark.parametrize("outcome", StageOutcome)
def test_every_way_a_stage_ends_has_an_outcome(outcome: StageOutcome) -> None:
    assert attempt_outcome([(StageRole.PREPROD, outcome)]) in Outcome


def test_what_awaits_a_retry_is_red_but_for_a_renewal() -> None:
    waiting = {outcome for outcome in Outcome if outcome.awaits_retry}
    assert waiting == {Outcome.REFUSED, Outcome.FAILED, Outcome.ROLLED_BACK, Outcome.RENEWED}
    assert [outcome for outcome in waiting if outcome.is_green] == [Outcome.RENEWED]
