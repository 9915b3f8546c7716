from datetime import timedelta, timezone

from slipway.domain.policy.planned_time import check
from tests.facts import NOW, a_release, facts
from tests.outside import a_change


def test_what_is_planned_for_later_waits_till_then() -> None:
    planned = facts(release=a_release(change=a_change(not_before=NOW + timedelta(hours=1))))
    (blocker,) = check(planned, NOW)
    assert (blocker.code, blocker.clears_at) == ("too_early", NOW + timedelta(hours=1))
    assert not list(check(planned, NOW + timedelta(hours=1)))


def test_the_time_is_told_in_utc_whatever_zone_it_was_written_in() -> None:
    written = (NOW + timedelta(hours=1)).astimezone(timezone(timedelta(hours=9)))
    (blocker,) = check(facts(release=a_release(change=a_change(not_before=written))), NOW)
    assert blocker.message == "it is planned for 2026-11-19 11:00 UTC"


def test_what_is_not_planned_waits_for_nothing() -> None:
    for release in (a_release(), a_release(change=a_change())):
        assert not list(check(facts(release=release), NOW))
