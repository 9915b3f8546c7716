"""A copy that turned out to be another artefact than the published one starts nowhere."""

from slipway.domain.policy.artefact_is_published import check
from slipway.domain.policy.decide import decide
from slipway.domain.release import BadAgain
from tests.builders import DEV, PREPROD, PROD
from tests.facts import NOW, an_attempt, facts


def test_it_starts_in_no_environment_whoever_answers_for_it() -> None:
    again = an_attempt(bad_again=BadAgain(reason="it is fine", by="mona"))
    for role in (DEV, PREPROD, PROD):
        decision = decide(facts(role, differs_upstream="GitHub has another", attempt=again), NOW)
        assert [blocker.code for blocker in decision.blockers] == ["artefact_differs"]
        assert "GitHub has another" in decision.blockers[0].message


def test_what_is_the_same_or_not_known_yet_goes_on() -> None:
    assert not list(check(facts(PROD), NOW))
