"""The window opens and closes by the clock on the wall in London, summer and winter, and knows its exceptions."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from slipway.domain.release_window import (
    BankHolidaysOf,
    Calendar,
    DayWindow,
    OpenException,
    ReleaseWindow,
    Weekday,
)
from tests.builders import ALL_DAY, calendar, platform_rules

HALF_PAST_NINE = 9 * 60 + 30
WORKDAYS = dict.fromkeys(list(Weekday)[:4], DayWindow(opens=HALF_PAST_NINE, closes=17 * 60))
WINDOW = ReleaseWindow(
    days={**WORKDAYS, Weekday.FRIDAY: DayWindow(opens=HALF_PAST_NINE, closes=16 * 60)},
    bank_holidays=BankHolidaysOf.ENGLAND_AND_WALES,
    closed_days={date(2026, 12, 24): "nobody is there", date(2026, 12, 28): "nobody is there"},
    exceptions=(
        OpenException(date=date(2026, 12, 28), hours=DayWindow(opens=600, closes=720), reason="tax rates"),
        OpenException(date=date(2026, 12, 12), hours=DayWindow(opens=600, closes=720), reason="the move"),
        OpenException(date=date(2026, 11, 18), hours=DayWindow(opens=16 * 60, closes=20 * 60), reason="the move"),
    ),
)
USUAL: Calendar = calendar(platform_rules(window=WINDOW), {date(2026, 12, 25): "Christmas Day"})
ALWAYS: Calendar = calendar(platform_rules(window=ReleaseWindow(days=ALL_DAY)))
moments = st.datetimes(datetime(2026, 1, 1), datetime(2027, 12, 31), timezones=st.just(UTC))  # noqa: DTZ001
lengths = st.timedeltas(timedelta(minutes=1), timedelta(hours=6))


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("moment", "expected"),
    [
        ("2026-11-19T09:29:59", False),
        ("2026-11-19T09:30:00", True),
        ("2026-11-19T16:59:59", True),
        ("2026-11-19T17:00:00", False),
        ("2026-11-20T15:59:59", True),
        ("2026-11-20T16:00:00", False),
        ("2026-11-21T12:00:00", False),
        ("2026-12-25T12:00:00", False),
        ("2026-12-24T12:00:00", False),
        ("2026-12-12T09:59:59", False),
        ("2026-12-12T10:00:00", True),
        ("2026-12-28T11:59:59", True),
        ("2026-12-28T12:00:00", False),
        ("2026-11-18T19:59:59", True),
        ("2026-07-16T08:30:00", True),
        ("2026-07-16T16:00:00", False),
        # The last Fridays and first Mondays around the two Sundays on which the clocks change.
        ("2026-03-27T09:30:00", True),
        ("2026-03-30T08:29:59", False),
        ("2026-03-30T08:30:00", True),
        ("2026-10-23T08:30:00", True),
        ("2026-10-26T09:29:59", False),
        ("2026-10-26T09:30:00", True),
    ],
)
def test_it_is_open_or_not(moment: str, *, expected: bool) -> None:
    assert USUAL.is_open(at(moment)) is expected


@pytest.mark.parametrize(("day", "hours"), [("2026-03-29", 23), ("2026-10-25", 25)])
def test_a_sunday_on_which_the_clocks_change_is_as_long_as_it_is(day: str, hours: int) -> None:
    sundays = calendar(platform_rules(window=ReleaseWindow(days={Weekday.SUNDAY: DayWindow(opens=0, closes=1440)})))
    opens = sundays.next_opening(at(f"{day}T00:00:00") - timedelta(days=1))
    assert opens is not None
    assert sundays.open_until(opens, opens + timedelta(days=2)) - opens == timedelta(hours=hours)


def test_days_that_touch_at_midnight_are_one_opening() -> None:
    start = at("2026-11-19T12:00:00")
    assert ALWAYS.open_until(start, start + timedelta(days=3)) >= start + timedelta(days=3)
    assert ALWAYS.next_opening(start) is None
    assert ALWAYS.first_fit(start, timedelta(days=2)) == start


def test_hours_by_exception_lengthen_those_of_the_weekday() -> None:
    start = at("2026-11-18T16:30:00")
    assert USUAL.open_until(start, start + timedelta(days=1)) == at("2026-11-18T20:00:00")


@pytest.mark.parametrize(
    ("moment", "minutes", "fits"),
    [
        ("2026-11-19T16:50:00", 10, "2026-11-19T16:50:00"),
        ("2026-11-19T16:50:00", 11, "2026-11-20T09:30:00"),
        ("2026-11-20T15:55:00", 15, "2026-11-23T09:30:00"),
        ("2026-11-20T10:00:00", 400, "2026-11-23T09:30:00"),
        ("2026-12-23T16:59:00", 15, "2026-12-28T10:00:00"),
        ("2026-12-23T16:59:00", 150, "2026-12-29T09:30:00"),
    ],
)
def test_what_needs_longer_than_is_left_waits_for_an_opening_that_is_long_enough(
    moment: str, minutes: int, fits: str
) -> None:
    assert USUAL.first_fit(at(moment), timedelta(minutes=minutes)) == at(fits)


def test_what_no_opening_is_long_enough_for_never_fits() -> None:
    assert USUAL.first_fit(at("2026-11-19T10:00:00"), timedelta(hours=8)) is None
    assert calendar(platform_rules(window=ReleaseWindow())).first_fit(at("2026-11-19T10:00:00"), timedelta(1)) is None


def test_it_says_why_a_whole_day_is_closed() -> None:
    assert USUAL.why_closed(at("2026-12-25T12:00:00")) == "Christmas Day"
    assert USUAL.why_closed(at("2026-12-24T12:00:00")) == "nobody is there"
    assert USUAL.why_closed(at("2026-11-21T12:00:00")) is None


@given(moments)
def test_the_next_opening_is_later_and_open_and_before_it_is_closed(moment: datetime) -> None:
    opening = USUAL.next_opening(moment)
    assert opening is not None
    assert opening > moment
    assert USUAL.is_open(opening)
    assert not USUAL.is_open(opening - timedelta(seconds=1))


@given(moments, lengths)
def test_what_fits_is_open_all_the_while_and_nothing_earlier_fits(moment: datetime, needs: timedelta) -> None:
    start = USUAL.first_fit(moment, needs)
    assert start is not None
    assert start >= moment
    for share in range(11):
        assert USUAL.is_open(start + needs * share / 10 - timedelta(microseconds=share))
    if start > moment:
        assert USUAL.first_fit(moment, needs) == USUAL.first_fit(moment + (start - moment) / 2, needs)
        assert not USUAL.is_open(moment) or USUAL.open_until(moment, moment + needs) < moment + needs
