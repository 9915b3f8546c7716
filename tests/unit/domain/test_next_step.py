"""Whoever asks about a release is told what to do next."""

import pytest

from slipway.domain.next_step import next_step
from slipway.domain.release import Outcome, ReleaseState


@pytest.mark.parametrize(
    ("state", "outcome", "told"),
    [
        (ReleaseState.OPEN, None, "Next: slipway queue says who waits; slipway stop r7 --reason … calls it off"),
        (ReleaseState.AWAITING_RETRY, Outcome.FAILED, "Next: slipway retry r7, or slipway stop r7 --reason …"),
        (ReleaseState.AWAITING_RETRY, Outcome.RENEWED, "The platform asks again by itself"),
        (ReleaseState.ENDED, Outcome.LIVE, "Outcome: live. slipway log list --release r7 says why"),
    ],
)
def test_each_state_has_its_next_step(state: ReleaseState, outcome: Outcome | None, told: str) -> None:
    assert next_step("r7", state, outcome) == told
