"""The table of how a stage ends, and what may follow what."""

from typing import Any

import pytest

from slipway.domain.activity import ActivityKind, ActivityState, why_not_next
from slipway.domain.release import StageOutcome
from slipway.domain.service import StageRole
from slipway.domain.stage_ending import deciding_undo, how_it_ends, undo_outcome
from slipway.domain.verdict import suite_verdict
from tests.builders import PREPROD, PROD
from tests.facts import an_activity, an_attempt, stage_at

MIGRATE, DEPLOY, UNDO = ActivityKind.MIGRATE, ActivityKind.DEPLOY, ActivityKind.UNDO
DONE, FAILED = ActivityState.DONE, ActivityState.FAILED
STOPPED = {"stop_requested_by": "rob", "stop_reason": "wrong"}
MIGRATED, DEPLOYED = an_activity(MIGRATE), an_activity(DEPLOY)
WENT_BACK = an_activity(DEPLOY, number=2, digest=None)


@pytest.mark.parametrize(
    ("stage", "attempt", "outcome"),
    [
        ({}, {}, "not_started"),
        ({}, STOPPED, "withdrawn"),
        ({"ending": StageOutcome.REJECTED}, {}, "rejected"),
        ({"ending": StageOutcome.SUPERSEDED}, STOPPED, "superseded"),
        ({"smoke": "pass"}, {}, "not_started"),
    ],
)
def test_where_nothing_was_touched_nothing_is_undone(stage: Any, attempt: Any, outcome: str) -> None:
    ending = how_it_ends(an_attempt(**attempt), stage_at(**stage), [])
    assert (ending.outcome, ending.undo) == (outcome, False)


@pytest.mark.parametrize(
    ("role", "stage", "outcome"),
    [
        (PREPROD, {"smoke": "pass"}, "passed"),
        (PROD, {"smoke": "pass", "confirmed": "pass"}, "passed"),
        (PROD, {"smoke": "pass"}, "unverified"),
        (PREPROD, {"smoke": "pass", "ending": StageOutcome.SUPERSEDED}, "passed"),
    ],
)
def test_what_passed_is_kept(role: StageRole, stage: Any, outcome: str) -> None:
    ending = how_it_ends(an_attempt(), stage_at(role, **stage), [MIGRATED, DEPLOYED])
    assert (ending.outcome, ending.undo) == (outcome, False)


@pytest.mark.parametrize(
    ("role", "stage", "attempt", "activities", "why"),
    [
        (PREPROD, {"smoke": "fail"}, {}, [DEPLOYED], "smoke: fail"),
        (PREPROD, {"smoke": "unknown"}, {}, [DEPLOYED], "smoke: unknown"),
        (PREPROD, {}, {}, [DEPLOYED], "smoke: not run"),
        (PREPROD, {"smoke": "pass"}, STOPPED, [DEPLOYED], "stopped by rob"),
        (PREPROD, {}, {}, [MIGRATED], "never deployed"),
        (PREPROD, {}, {}, [an_activity(MIGRATE, FAILED)], "migrate failed"),
        (PREPROD, {}, {}, [MIGRATED, an_activity(DEPLOY, FAILED)], "deploy failed"),
        (PREPROD, {"smoke": "pass"}, {}, [an_activity(DEPLOY, ActivityState.SETTLED_FAILED)], "settled_failed"),
        (PREPROD, {"smoke": "pass"}, {}, [DEPLOYED, WENT_BACK], "and 1.0 was not brought again"),
        (
            PREPROD,
            {},
            {},
            [DEPLOYED, an_activity(DEPLOY, FAILED, number=2)],
            "the rehearsed way back (deploy 2) failed",
        ),
        (PREPROD, {}, {}, [DEPLOYED, WENT_BACK, an_activity(DEPLOY, FAILED, number=3)], "(deploy 3) failed"),
        (PREPROD, {"smoke": "pass"}, {}, [DEPLOYED, an_activity(UNDO)], "undone before"),
        (PROD, {"smoke": "pass", "confirmed": "fail"}, {}, [DEPLOYED], "does not work"),
    ],
)
def test_everything_else_is_undone(role: StageRole, stage: Any, attempt: Any, activities: Any, why: str) -> None:
    ending = how_it_ends(an_attempt(**attempt), stage_at(role, **stage), activities)
    assert ending.undo
    assert why in ending.detail


@pytest.mark.parametrize(
    ("role", "stage", "told"),
    [
        (PREPROD, {"smoke": "fail"}, "smoke: fail (list: answered 500)"),
        (PREPROD, {"smoke": "unknown"}, "smoke: unknown (list: answered 500)"),
        (PROD, {"smoke": "pass", "watched": "fail"}, "the watch of live failed: list: answered 500"),
        (PROD, {"smoke": "pass", "confirmed": "fail"}, "a person looked at live and said it does not work"),
    ],
)
def test_the_check_that_failed_is_named(role: StageRole, stage: Any, told: str) -> None:
    assert how_it_ends(an_attempt(), stage_at(role, **stage), [DEPLOYED], "list: answered 500").detail == told


def test_of_a_rollback_too_the_check_that_failed_is_named() -> None:
    ending = how_it_ends(an_attempt(is_rollback=True), stage_at(PROD, smoke="fail"), [DEPLOYED], "list: answered 500")
    assert ending.detail.endswith("but smoke: fail (list: answered 500)")


def test_a_way_back_that_was_rehearsed_to_its_end_changes_nothing() -> None:
    rehearsed = [DEPLOYED, WENT_BACK, an_activity(DEPLOY, number=3)]
    assert how_it_ends(an_attempt(), stage_at(smoke="pass"), rehearsed).outcome == "passed"


def test_a_settled_deploy_counts_like_one_that_was_seen_to_the_end() -> None:
    settled = an_activity(DEPLOY, ActivityState.SETTLED_DONE)
    assert how_it_ends(an_attempt(), stage_at(smoke="pass"), [settled]).outcome == "passed"


def test_the_first_undo_that_succeeds_decides_or_else_the_third_try() -> None:
    good, bad = an_activity(UNDO), an_activity(UNDO, FAILED)
    assert deciding_undo([DEPLOYED]) is None
    assert deciding_undo([DEPLOYED, bad, bad]) is None
    assert deciding_undo([bad, good]) is good
    assert deciding_undo([bad, bad, bad]) is bad
    assert deciding_undo([bad, bad, an_activity(UNDO, ActivityState.OPEN)]) is None
    assert (undo_outcome(good), undo_outcome(bad)) == ("undone", "live_uncertain")


@pytest.mark.parametrize(
    ("before", "kind", "allowed"),
    [
        ([], MIGRATE, True),
        ([], DEPLOY, True),
        ([MIGRATED], DEPLOY, True),
        ([an_activity(MIGRATE, ActivityState.SETTLED_DONE)], DEPLOY, True),
        ([an_activity(MIGRATE, ActivityState.OPEN)], DEPLOY, False),
        ([an_activity(MIGRATE, FAILED)], DEPLOY, False),
        ([an_activity(MIGRATE, ActivityState.QUARANTINED)], DEPLOY, False),
        ([DEPLOYED], MIGRATE, False),
        ([an_activity(UNDO)], MIGRATE, False),
        ([MIGRATED, an_activity(UNDO)], DEPLOY, False),
    ],
)
def test_each_step_follows_a_success_only(before: Any, kind: ActivityKind, allowed: bool) -> None:
    assert (why_not_next(before, kind) is None) is allowed


@pytest.mark.parametrize(
    ("statuses", "verdict"),
    [
        ([], "unknown"),
        (["pass"], "pass"),
        (["pass", "unknown"], "unknown"),
        (["pass", "fail", "unknown"], "fail"),
        (["something"], "unknown"),
    ],
)
def test_a_fail_outweighs_everything_and_no_data_is_no_success(statuses: list[str], verdict: str) -> None:
    assert suite_verdict(statuses) == verdict
