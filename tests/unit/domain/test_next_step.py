"""Whoever asks about a release is told what to do next."""

from datetime import UTC, datetime
from typing import Any

import pytest

from slipway.domain.next_step import Standing, WaitsFor, next_step
from slipway.domain.release import Outcome, ReleaseState

UNTIL = datetime(2026, 3, 2, 16, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    ("state", "outcome", "told"),
    [
        (ReleaseState.OPEN, None, "It starts in a moment; slipway stop r7 --reason … calls it off"),
        (ReleaseState.AWAITING_RETRY, Outcome.FAILED, "Next: slipway retry r7, or slipway stop r7 --reason …"),
        (ReleaseState.AWAITING_RETRY, Outcome.RENEWED, "The platform asks again by itself"),
        (ReleaseState.ENDED, Outcome.LIVE, "Outcome: live. slipway log list --release r7 says why"),
    ],
)
def test_each_state_has_its_next_step(state: ReleaseState, outcome: Outcome | None, told: str) -> None:
    assert next_step("r7", state, outcome) == told


def test_a_release_whose_version_is_marked_bad_goes_on_with_another_or_with_a_reason() -> None:
    told = next_step("r7", ReleaseState.AWAITING_RETRY, Outcome.FAILED, marked_bad="smoke: fail")
    assert told.startswith("Next: slipway retry r7 --version VERSION, ")
    assert "is marked bad: smoke: fail; where the check was wrong, a senior or manager" in told
    assert told.endswith("slipway retry r7 --reason …), or slipway stop r7 --reason …")


@pytest.mark.parametrize(
    ("standing", "told"),
    [
        ({}, "Under way in prod: slipway log list --release r7 says how far"),
        ({"queued": True}, "Next: slipway queue says who waits"),
        ({"queued": True, "on_live_path": False}, "Waits in prod: slipway explain orders prod says for what"),
        ({"watched_until": UNTIL}, "prod is watched until 2026-03-02 16:30Z"),
        (
            {"second": 4, "second_until": UNTIL},
            "Waits until 2026-03-02 16:30Z for a second person: slipway second 4",
        ),
    ],
)
def test_an_open_release_says_where_it_is_and_who_moves_it_on(standing: dict[str, Any], told: str) -> None:
    stands = Standing(service="orders", environment="prod", **standing)
    said = next_step("r7", ReleaseState.OPEN, None, standing=stands)
    assert said == f"{told}; slipway stop r7 --reason … calls it off"


def test_what_another_release_went_live_for_is_to_be_given_up() -> None:
    told = next_step("r7", ReleaseState.AWAITING_RETRY, Outcome.ROLLED_BACK, fixed_by="r8")
    assert told == "Next: slipway stop r7 --reason …: r8, which fixes it, went live"


def test_a_release_that_asks_somebody_says_whom_until_when_and_how_they_answer() -> None:
    until = datetime(2026, 3, 2, 16, 30, tzinfo=UTC)
    asked = [WaitsFor(step="approve", eligible=("sam", "sue"), until=until)]
    assert next_step("r7", ReleaseState.OPEN, None, asked) == (
        "Waits until 2026-03-02 16:30Z for sam or sue: slipway approve r7 approve; "
        "slipway stop r7 --reason … calls it off"
    )


def test_a_question_that_nobody_may_answer_says_so() -> None:
    nobody = WaitsFor(step="sign_off", eligible=(), until=datetime(2026, 3, 2, tzinfo=UTC))
    assert "for nobody: " in next_step("r7", ReleaseState.OPEN, None, [nobody])
