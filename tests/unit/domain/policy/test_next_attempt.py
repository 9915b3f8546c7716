"""Nobody is told to retry what cannot be retried."""

import pytest

from slipway.domain.policy.attempt_is_open import check
from slipway.domain.policy.proven_before import check as check_proven
from slipway.domain.release import Outcome, ReleaseState, StageOutcome
from tests.builders import DEV, PREPROD
from tests.facts import NOW, a_release, an_attempt, facts, stage_at


@pytest.mark.parametrize(
    ("state", "words"),
    [
        (ReleaseState.AWAITING_RETRY, "a new attempt: slipway retry r1"),
        (ReleaseState.OPEN, "a new attempt, once the open one has ended: slipway status r1 then says what to do"),
        (ReleaseState.ENDED, "a new release: slipway release"),
    ],
)
def test_a_retry_is_named_only_where_the_release_awaits_one(state: ReleaseState, words: str) -> None:
    over = facts(release=a_release(state=state), attempt=an_attempt(outcome=Outcome.FAILED))
    assert [blocker.cleared_by for blocker in check(over, NOW)] == [words]


def test_a_stage_before_that_goes_on_needs_no_other_attempt() -> None:
    def cleared_by(outcome: StageOutcome | None) -> str:
        before = (stage_at(DEV, outcome=outcome),)
        (blocker,) = check_proven(facts(PREPROD, stages_before=before), NOW)
        return blocker.cleared_by

    assert cleared_by(None) == "a pass in dev"
    assert cleared_by(StageOutcome.UNDONE).startswith("a pass in dev, in a new attempt, once the open one has ended")
