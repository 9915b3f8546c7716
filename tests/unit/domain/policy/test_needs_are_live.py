"""What a release was declared to need is live before it goes live."""

from slipway.domain.needs import Need, NeedState
from slipway.domain.policy.needs_are_live import check
from tests.builders import PREPROD, PROD
from tests.facts import NOW, facts

FORMS = Need(service="forms", version="2.1", environment="prod")


def a_state(*, live: bool = False, coming: str | None = None) -> NeedState:
    return NeedState(need=FORMS, live=live, runs="2.1" if live else "2.0", coming=coming)


def test_it_waits_for_what_it_needs_and_says_who_brings_it() -> None:
    (blocker,) = check(facts(PROD, needs=(a_state(coming="r7"),)), NOW)
    assert blocker.code == "needs_other"
    assert "forms 2.1: not live yet (prod runs 2.0; release r7 is on its way with it)" in blocker.message
    assert "better is a change that works whichever goes first" in blocker.message
    assert blocker.cleared_by == "the end of release r7, live"


def test_it_says_where_nobody_brings_it() -> None:
    (blocker,) = check(facts(PROD, needs=(a_state(),)), NOW)
    assert "no release is on its way with it" in blocker.message
    assert blocker.cleared_by.startswith("a release of forms 2.1 to prod")


def test_what_is_live_holds_up_nobody() -> None:
    assert list(check(facts(PROD, needs=(a_state(live=True),)), NOW)) == []


def test_preprod_does_not_wait() -> None:
    assert list(check(facts(PREPROD, needs=(a_state(),)), NOW)) == []
