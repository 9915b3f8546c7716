"""When Preprod and Prod may change: hours of weekdays, holidays, days closed or opened by exception (R13).

Hours are those of the clock on the wall in the platform's time zone; every instant is aware UTC.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from enum import IntEnum, StrEnum
from zoneinfo import ZoneInfo

AHEAD = timedelta(days=366)
"""How far anything here looks ahead."""
Holidays = Callable[[date], str | None]
"""The name of a day's bank holiday, None where it is none."""


class Weekday(IntEnum):
    """As `date.weekday()` counts."""

    MONDAY = 0
    TUESDAY = 1
    WEDNESDAY = 2
    THURSDAY = 3
    FRIDAY = 4
    SATURDAY = 5
    SUNDAY = 6


class BankHolidaysOf(StrEnum):
    """Parts of the United Kingdom with bank holidays of their own."""

    ENGLAND_AND_WALES = "england_and_wales"
    SCOTLAND = "scotland"
    NORTHERN_IRELAND = "northern_ireland"


@dataclass(frozen=True, kw_only=True)
class DayWindow:
    """When a window opens and closes: minutes after midnight in the platform's time zone (1440: end)."""

    opens: int
    closes: int


@dataclass(frozen=True, kw_only=True)
class OpenException:
    """Hours on one date in addition to what the weekday says, even on a closed day; somebody said why."""

    date: date
    hours: DayWindow
    reason: str


@dataclass(frozen=True, kw_only=True)
class ReleaseWindow:
    """The window as the catalogue gives it."""

    days: Mapping[Weekday, DayWindow] = field(default_factory=dict)
    """A day that is missing is closed."""
    bank_holidays: BankHolidaysOf | None = None
    closed_days: Mapping[date, str] = field(default_factory=dict)
    """Dates without a window, each with its reason."""
    exceptions: tuple[OpenException, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Calendar:
    """A window laid out in time."""

    window: ReleaseWindow
    zone: ZoneInfo
    holidays: Holidays

    def is_open(self, at: datetime) -> bool:
        """Whether it is open at this instant; it is when it opens, and is not any more when it closes."""
        return any(opens <= at < closes for opens, closes in self._spans(self._date(at)))

    def open_until(self, at: datetime, enough: datetime) -> datetime:
        """When it closes next, from an instant at which it is open; not looked further than `enough`."""
        until, day = at, self._date(at)
        while until < enough:
            reached = max((closes for opens, closes in self._spans(day) if opens <= until < closes), default=None)
            if reached is None:
                return until
            until, day = reached, self._date(reached)
        return until

    def next_opening(self, after: datetime) -> datetime | None:
        """The next instant at which it opens, later than `after`, within a year; None if it never does."""
        day = self._date(after)
        for offset in range(AHEAD.days + 1):
            for opens, _ in self._spans(day + timedelta(days=offset)):
                if opens > after and not self.is_open(opens - timedelta(microseconds=1)):
                    return opens
        return None

    def first_fit(self, at: datetime, needs: timedelta) -> datetime | None:
        """The first instant, `at` or later, from which it stays open for as long as needed; None within a year."""
        start: datetime | None = at if self.is_open(at) else self.next_opening(at)
        while start is not None and start < at + AHEAD:
            if self.open_until(start, start + needs) >= start + needs:
                return start
            start = self.next_opening(start)
        return None

    def why_closed(self, at: datetime) -> str | None:
        """The reason of a whole day without a window: a closed day or a bank holiday. None for hours and weekdays."""
        day = self._date(at)
        return self.window.closed_days.get(day) or self._holiday(day)

    def _holiday(self, day: date) -> str | None:
        return self.holidays(day) if self.window.bank_holidays is not None else None

    def _date(self, at: datetime) -> date:
        return at.astimezone(self.zone).date()

    def _spans(self, day: date) -> Iterator[tuple[datetime, datetime]]:
        """The hours of one date as instants, in order; what touches or overlaps is one."""
        hours = sorted((one.opens, one.closes) for one in self._hours(day))
        merged: list[tuple[int, int]] = []
        for opens, closes in hours:
            if merged and opens <= merged[-1][1]:
                merged[-1] = (merged[-1][0], max(closes, merged[-1][1]))
            else:
                merged.append((opens, closes))
        for opens, closes in merged:
            yield self._instant(day, opens), self._instant(day, closes)

    def _hours(self, day: date) -> Iterator[DayWindow]:
        yield from (one.hours for one in self.window.exceptions if one.date == day)
        usual = self.window.days.get(Weekday(day.weekday()))
        if usual is not None and day not in self.window.closed_days and self._holiday(day) is None:
            yield usual

    def _instant(self, day: date, minutes: int) -> datetime:
        """By the clock on the wall; compared as UTC, since Python compares wall clocks within one zone."""
        on_the_wall = datetime.combine(day, time()) + timedelta(minutes=minutes)
        return on_the_wall.replace(tzinfo=self.zone).astimezone(UTC)
