"""Preprod and Prod start inside the release window only (R13).

Enforced as far as the catalogue's weekday hours go; looking forward, bank holidays and exceptions are not built yet.
"""

from collections.abc import Iterator
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from slipway.domain.platform import Platform, Weekday
from slipway.domain.policy.decision import Blocker, Facts


def check(facts: Facts, now: datetime) -> Iterator[Blocker]:
    """`window_closed`, with the next opening."""
    if not facts.stage.role.on_live_path or facts.release.kind.rank or is_open(facts.platform, now):
        return
    yield Blocker(
        code="window_closed",
        message="the release window is closed",
        clears_at=next_opening(facts.platform, now),
        cleared_by="time; an emergency does not wait for it",
    )


def is_open(platform: Platform, at: datetime) -> bool:
    """Whether the window is open at this instant."""
    local = at.astimezone(ZoneInfo(platform.time_zone))
    day = platform.windows.get(Weekday(local.weekday()))
    if day is None or local.date() in platform.bank_holidays:
        return False
    return day.opens <= local.hour * 60 + local.minute < day.closes


def next_opening(platform: Platform, after: datetime) -> datetime | None:
    """The next instant at which the window opens, within a year; None if it never does."""
    zone = ZoneInfo(platform.time_zone)
    start = after.astimezone(zone).replace(hour=0, minute=0, second=0, microsecond=0)
    for offset in range(366):
        date = (start + timedelta(days=offset)).date()
        day = platform.windows.get(Weekday(date.weekday()))
        if day is None or date in platform.bank_holidays:
            continue
        hour, minute = divmod(day.opens, 60)
        opens = datetime(date.year, date.month, date.day, hour, minute, tzinfo=zone)
        if opens > after:
            return opens
    return None
