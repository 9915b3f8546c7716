"""The return of Preprod gives way to what is newer, and is asked what every stage is asked of order and time."""

from slipway.domain.policy.decide import FOR_PERMIT, decide
from slipway.domain.release_window import ReleaseWindow
from slipway.domain.rollback import Basis
from tests.builders import PREPROD, platform_rules
from tests.facts import NOW, a_release, a_rollback, facts

RETURN = a_release(rollback=a_rollback(basis=Basis.RETURN, environment="preprod"), requested_by="platform")


def test_it_needs_no_grant_and_no_proof_of_its_own() -> None:
    assert decide(facts(PREPROD, release=RETURN, grants=(), sightings=()), NOW, FOR_PERMIT).allowed


def test_something_newer_drops_it() -> None:
    decision = decide(facts(PREPROD, release=RETURN, newer_attempt="r9.1"), NOW)
    assert [blocker.code for blocker in decision.blockers] == ["newer_attempt"]
    assert "r9.1" in decision.blockers[0].message


def test_it_waits_for_the_window_and_needs_its_turn() -> None:
    shut = platform_rules(window=ReleaseWindow(days={}))
    decision = decide(facts(PREPROD, release=RETURN, platform=shut, turn=None), NOW, FOR_PERMIT)
    assert decision.has("never_fits")
    assert decision.has("no_turn")


def test_a_release_is_not_asked_this() -> None:
    assert decide(facts(PREPROD), NOW).allowed
