"""What of Preprod goes back to live by itself, when, and what the forms say of it."""

from dataclasses import replace
from datetime import timedelta

import pytest

from slipway.docs.sample_release import LEFT, NOW
from slipway.domain.left_in_preprod import AGAIN_AFTER, TRIES, LeftInPreprod, Return
from slipway.domain.release import Outcome, ReleaseState


def left(*returns: Outcome | None, **changes: object) -> LeftInPreprod:
    """Returns that ended so, an hour apart, the last one at NOW."""
    times = [NOW - timedelta(hours=hours) for hours in reversed(range(len(returns)))]
    known = tuple(
        Return(release_id=f"r{number}", outcome=outcome, ended_at=at)
        for number, (outcome, at) in enumerate(zip(returns, times, strict=True), 1)
    )
    return replace(LEFT, returns=known, **changes)  # type: ignore[arg-type]


@pytest.mark.parametrize("outcome", list(Outcome))
def test_only_what_ended_for_good_without_going_live_goes_back(outcome: Outcome) -> None:
    goes_back = outcome in {Outcome.REJECTED, Outcome.WITHDRAWN, Outcome.SUPERSEDED, Outcome.EXPIRED}
    assert left(outcome=outcome).is_due(NOW) is goes_back


@pytest.mark.parametrize(
    "changes",
    [
        {"state": ReleaseState.AWAITING_RETRY, "outcome": Outcome.FAILED},
        {"state": ReleaseState.OPEN, "outcome": None},
        {"busy": True},
        {"is_rollback": True},
        {"live_digest": None},
        {"digest": None},
    ],
)
def test_nothing_goes_back_while_it_may_go_on_or_there_is_nothing_to_go_back_to(changes: dict[str, object]) -> None:
    assert not left(**changes).is_due(NOW)


@pytest.mark.parametrize("outcome", [Outcome.FAILED, Outcome.REFUSED, Outcome.EXPIRED])
def test_a_return_that_came_to_nothing_is_asked_for_again_later_and_not_for_ever(outcome: Outcome) -> None:
    assert not left(outcome).is_due(NOW + AGAIN_AFTER - timedelta(seconds=1))
    assert left(outcome).is_due(NOW + AGAIN_AFTER)
    assert left(*[outcome] * (TRIES - 1)).is_due(NOW + AGAIN_AFTER)
    assert not left(*[outcome] * TRIES).is_due(NOW + timedelta(days=90))


def test_one_that_was_dropped_for_something_newer_is_no_try_and_is_asked_for_at_once() -> None:
    assert left(*[Outcome.SUPERSEDED] * (TRIES + 1)).is_due(NOW)


@pytest.mark.parametrize("outcome", [Outcome.WITHDRAWN, Outcome.LIVE_UNCERTAIN])
def test_what_people_were_left_with_is_theirs(outcome: Outcome) -> None:
    assert not left(outcome).is_due(NOW + timedelta(days=90))


@pytest.mark.parametrize(
    ("shown", "says"),
    [
        (left(None), "orders runs 1.1 there, and goes back to 1.0 (r1)"),
        (
            left(state=ReleaseState.AWAITING_RETRY, outcome=Outcome.ROLLED_BACK),
            "orders runs 1.1 there, and 1.0 is live: r-0042 awaits a retry",
        ),
        (
            left(state=ReleaseState.OPEN, outcome=None, live_version=None, live_digest=None),
            "orders runs 1.1 there, and nothing is live: r-0042 has not ended",
        ),
        (left(version=None, digest=None), "orders runs nothing there, and 1.0 is live: r-0042 ended as rejected"),
        (
            left(Outcome.REFUSED, Outcome.WITHDRAWN),
            "orders runs 1.1 there, and 1.0 is live: r-0042 ended as rejected; going back ended as withdrawn (r2)",
        ),
    ],
)
def test_the_form_says_what_is_known_of_it(shown: LeftInPreprod, says: str) -> None:
    assert str(shown) == says
