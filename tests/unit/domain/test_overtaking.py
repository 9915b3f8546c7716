"""Only a stage that waits for time and people in Prod may be overtaken, and it is never undone."""

import pytest

from slipway.domain.activity import ActivityKind, ActivityState
from slipway.domain.overtaking import how_the_overtaken_ends, is_at_rest, why_urgent
from slipway.domain.release import ChangeKind, StageOutcome
from tests.builders import PREPROD, PROD
from tests.facts import a_release, an_activity, an_attempt, stage_at

DEPLOYED = [an_activity(ActivityKind.DEPLOY, role=PROD)]
WATCHED = stage_at(PROD, smoke="pass")


def test_a_stage_that_is_watched_in_prod_is_at_rest() -> None:
    assert is_at_rest(an_attempt(), WATCHED, DEPLOYED)


@pytest.mark.parametrize(
    "changed",
    [
        {"smoke": None},
        {"smoke": "fail"},
        {"smoke": "unknown"},
        {"confirmed": "fail"},
        {"outcome": StageOutcome.UNVERIFIED},
        {"role": PREPROD},
    ],
)
def test_one_that_is_yet_to_be_tested_or_is_to_be_undone_is_not(changed: dict[str, object]) -> None:
    stage = stage_at(**{"role": PROD, "smoke": "pass", **changed})  # type: ignore[arg-type]
    assert not is_at_rest(an_attempt(), stage, DEPLOYED)


@pytest.mark.parametrize("state", [ActivityState.OPEN, ActivityState.FAILED, ActivityState.QUARANTINED])
def test_nor_one_with_work_that_is_open_or_failed(state: ActivityState) -> None:
    assert not is_at_rest(an_attempt(), WATCHED, [*DEPLOYED, an_activity(ActivityKind.DEPLOY, state, role=PROD)])


def test_nor_one_that_is_stopped_or_whose_undo_has_begun() -> None:
    assert not is_at_rest(an_attempt(stop_requested_by="rob"), WATCHED, DEPLOYED)
    assert not is_at_rest(an_attempt(), WATCHED, [*DEPLOYED, an_activity(ActivityKind.UNDO, role=PROD)])


def test_the_overtaken_is_superseded_by_who_answers_for_both() -> None:
    ending = how_the_overtaken_ends(an_attempt(), WATCHED, DEPLOYED, an_attempt(id="r2.1"))
    assert (ending.outcome, ending.undo) == (StageOutcome.SUPERSEDED, False)
    assert "r2.1" in ending.detail


def test_a_verdict_that_is_in_stays() -> None:
    confirmed = stage_at(PROD, smoke="pass", confirmed="pass")
    assert how_the_overtaken_ends(an_attempt(), confirmed, DEPLOYED, an_attempt()).outcome is StageOutcome.PASSED


def test_who_is_urgent_is_known_by_its_summary_which_of_a_security_change_is_a_reference() -> None:
    emergency = a_release(kind=ChangeKind.EMERGENCY, summary="orders are lost")
    assert why_urgent(emergency) == "emergency r1, asked for by rita: orders are lost"
    security = a_release(kind=ChangeKind.SECURITY, summary="SEC-7", ticket="T-1")
    assert why_urgent(security) == "security r1, asked for by rita: SEC-7"
