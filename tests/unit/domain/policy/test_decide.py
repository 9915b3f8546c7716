"""The one decision names every blocker of every rule at once."""

from slipway.domain.policy.decide import FOR_PERMIT, decide
from slipway.domain.policy.decision import LeaseHolder
from slipway.domain.release_window import DayWindow, ReleaseWindow, Weekday
from tests.builders import DEV, PREPROD, PROD, platform_rules
from tests.facts import NOW, an_attempt, facts


def test_whoever_has_everything_may_start() -> None:
    for role in (DEV, PREPROD, PROD):
        decision = decide(facts(role), NOW, FOR_PERMIT)
        assert decision.allowed
        assert str(decision) == "allowed"


def test_all_blockers_are_named_at_once() -> None:
    given = facts(
        PROD,
        platform=platform_rules(window=ReleaseWindow(days={Weekday.SUNDAY: DayWindow(opens=0, closes=1440)})),
        attempt=an_attempt(stop_requested_by="rob", stop_reason="wrong"),
        grants=(),
        bad_version="smoke: fail",
        lease=LeaseHolder(attempt_id="r2.1", role="prod"),
        turn=None,
        runs_before={"preprod": None},
    )
    decision = decide(given, NOW, FOR_PERMIT)
    assert not decision.allowed
    codes = [blocker.code for blocker in decision.blockers]
    assert codes == [
        *("stopped", "preprod_moved_on", "grant_missing", "grant_missing", "bad_version"),
        *("window_closed", "service_busy", "no_turn"),
    ]
    assert decision.has("no_turn", "anything")
    assert not decision.has("anything")


def test_only_the_permit_asks_for_the_lane() -> None:
    assert decide(facts(turn=None), NOW).allowed
    assert not decide(facts(turn=None), NOW, FOR_PERMIT).allowed
