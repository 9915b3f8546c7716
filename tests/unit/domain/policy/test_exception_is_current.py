from datetime import UTC, date, datetime

from slipway.domain.policy.exception_is_current import check
from tests.facts import NOW, a_release, facts
from tests.outside import a_build, a_change

LAST_DAY = facts(release=a_release(change=a_change(by_hand_until=date(2026, 7, 1))))


def test_it_counts_to_the_end_of_its_last_day_by_the_platforms_clock() -> None:
    assert not list(check(LAST_DAY, datetime(2026, 7, 1, 22, 59, tzinfo=UTC)))
    (blocker,) = check(LAST_DAY, datetime(2026, 7, 1, 23, 0, tzinfo=UTC))
    assert blocker.code == "exception_over"


def test_what_no_person_makes_needs_no_agreement() -> None:
    for release in (a_release(), a_release(change=a_build())):
        assert not list(check(facts(release=release), NOW))
