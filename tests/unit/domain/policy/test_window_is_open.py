"""Preprod and Prod start only where they can end before the window closes."""

from datetime import UTC, date, datetime, timedelta

from slipway.domain.policy.decision import Blocker
from slipway.domain.policy.window_is_open import attend_until, check
from slipway.domain.release import ChangeKind
from tests.builders import DEV, calendar, platform_rules
from tests.facts import a_release, facts
from tests.unit.domain.test_release_window import WINDOW

RULES = platform_rules(window=WINDOW)
CALENDAR = calendar(RULES, {date(2026, 12, 25): "Christmas Day"})


def blockers(at: datetime, minutes: int = 15) -> list[Blocker]:
    needs = timedelta(minutes=minutes)
    return list(check(facts(platform=RULES, calendar=CALENDAR, stage_needs=needs), at))


def test_friday_evening_says_monday_morning() -> None:
    (blocker,) = blockers(datetime(2026, 11, 20, 16, 50, tzinfo=UTC))
    assert (blocker.code, blocker.message) == ("window_closed", "the release window is closed")
    assert blocker.clears_at == datetime(2026, 11, 23, 9, 30, tzinfo=UTC)


def test_five_minutes_before_closing_is_too_late_for_a_quarter_of_an_hour() -> None:
    (blocker,) = blockers(datetime(2026, 7, 17, 14, 55, tzinfo=UTC))
    assert blocker.code == "window_too_short"
    assert "closes at 16:00, and this stage needs 15 min" in blocker.message
    assert blocker.clears_at == datetime(2026, 7, 20, 8, 30, tzinfo=UTC)
    assert blockers(datetime(2026, 7, 17, 14, 45, tzinfo=UTC)) == []


def test_a_bank_holiday_is_named() -> None:
    (blocker,) = blockers(datetime(2026, 12, 25, 12, tzinfo=UTC))
    assert blocker.message == "the release window is closed (Christmas Day)"


def test_what_fits_no_window_is_told_apart_from_what_waits() -> None:
    (blocker,) = blockers(datetime(2026, 11, 19, 10, tzinfo=UTC), minutes=8 * 60)
    assert (blocker.code, blocker.clears_at) == ("never_fits", None)


def test_an_emergency_and_dev_do_not_wait() -> None:
    sunday = datetime(2026, 11, 22, 3, tzinfo=UTC)
    assert not list(check(facts(platform=RULES, release=a_release(kind=ChangeKind.EMERGENCY)), sunday))
    assert not list(check(facts(DEV, platform=RULES), sunday))


def test_somebody_attends_until_closing_time_at_the_latest() -> None:
    before_closing = datetime(2026, 11, 20, 15, 40, tzinfo=UTC)
    given = facts(platform=RULES, calendar=CALENDAR)
    assert attend_until(given, before_closing) == datetime(2026, 11, 20, 16, 0, tzinfo=UTC)
    assert attend_until(given, before_closing - timedelta(hours=2)) == before_closing - timedelta(hours=1)


def test_what_closing_time_overtook_and_an_emergency_are_attended_for_half_an_hour() -> None:
    evening, half_an_hour = datetime(2026, 11, 20, 16, 10, tzinfo=UTC), timedelta(minutes=30)
    assert attend_until(facts(platform=RULES, calendar=CALENDAR), evening) == evening + half_an_hour
    urgent = facts(platform=RULES, calendar=CALENDAR, release=a_release(kind=ChangeKind.EMERGENCY))
    assert attend_until(urgent, evening - timedelta(hours=3)) == evening - timedelta(hours=2, minutes=30)
