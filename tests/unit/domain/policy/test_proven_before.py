"""Nothing goes on that was not proven in the environment before, and that is not still running there."""

import pytest

from slipway.domain.policy.proven_before import check
from slipway.domain.release import StageOutcome
from tests.builders import DEV, PREPROD, PROD
from tests.facts import DIGEST, NOW, facts, stage_at

GOOD = [
    StageOutcome.PASSED,
    StageOutcome.CARRIED_OVER,
    StageOutcome.NOT_APPLICABLE,
    StageOutcome.NOT_ASKED,
]


@pytest.mark.parametrize("outcome", [None, *StageOutcome])
def test_dev_must_have_let_preprod_start(outcome: StageOutcome | None) -> None:
    blockers = list(check(facts(PREPROD, stages_before=(stage_at(DEV, outcome=outcome),)), NOW))
    assert [blocker.code for blocker in blockers] == ([] if outcome in GOOD else ["not_proven"])


@pytest.mark.parametrize("runs", [None, "sha256:another"])
def test_preprod_must_still_run_exactly_this(runs: str | None) -> None:
    blockers = list(check(facts(PROD, runs_before={"dev": DIGEST, "preprod": runs}), NOW))
    assert [blocker.code for blocker in blockers] == ["preprod_moved_on"]


def test_dev_may_have_moved_on() -> None:
    assert not list(check(facts(PROD, runs_before={"dev": "sha256:another", "preprod": DIGEST}), NOW))
