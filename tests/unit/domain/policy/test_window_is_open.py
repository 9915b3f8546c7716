"""The window opens and closes by the clock on the wall in London, summer and winter."""

from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from slipway.domain.platform import DayWindow, Platform, Weekday
from slipway.domain.policy.window_is_open import check, is_open, next_opening
from slipway.domain.release import ChangeKind
from tests.builders import DEV, platform_rules
from tests.facts import a_release, facts

HALF_PAST_NINE = 9 * 60 + 30
WORKDAYS = dict.fromkeys(list(Weekday)[:4], DayWindow(opens=HALF_PAST_NINE, closes=17 * 60))
WINDOWS = {**WORKDAYS, Weekday.FRIDAY: DayWindow(opens=HALF_PAST_NINE, closes=16 * 60)}
RULES: Platform = platform_rules(windows=WINDOWS, bank_holidays=frozenset({date(2026, 12, 25)}))


@pytest.mark.parametrize(
    ("at", "expected"),
    [
        ("2026-11-19T09:29:59", False),
        ("2026-11-19T09:30:00", True),
        ("2026-11-19T16:59:59", True),
        ("2026-11-19T17:00:00", False),
        ("2026-11-20T15:59:59", True),
        ("2026-11-20T16:00:00", False),
        ("2026-11-21T12:00:00", False),
        ("2026-12-25T12:00:00", False),
        ("2026-07-16T08:30:00", True),
        ("2026-07-16T16:00:00", False),
    ],
)
def test_it_is_open_or_not(at: str, expected: bool) -> None:
    assert is_open(RULES, datetime.fromisoformat(at).replace(tzinfo=UTC)) is expected


def test_friday_evening_says_monday_morning() -> None:
    friday = datetime(2026, 11, 20, 16, 50, tzinfo=UTC)
    (blocker,) = check(facts(platform=RULES), friday)
    assert blocker.code == "window_closed"
    assert blocker.clears_at == datetime(2026, 11, 23, 9, 30, tzinfo=UTC)


def test_an_emergency_and_dev_do_not_wait() -> None:
    sunday = datetime(2026, 11, 22, 3, tzinfo=UTC)
    assert not list(check(facts(platform=RULES, release=a_release(kind=ChangeKind.EMERGENCY)), sunday))
    assert not list(check(facts(DEV, platform=RULES), sunday))


def test_a_window_that_never_opens_has_no_next_opening() -> None:
    assert next_opening(platform_rules(windows={}), datetime(2026, 11, 22, tzinfo=UTC)) is None


@given(st.datetimes(datetime(2026, 1, 1), datetime(2027, 12, 31), timezones=st.just(UTC)))  # noqa: DTZ001
def test_the_next_opening_is_later_and_open(at: datetime) -> None:
    opening = next_opening(RULES, at)
    assert opening is not None
    assert opening > at
    assert is_open(RULES, opening)
