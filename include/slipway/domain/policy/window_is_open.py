"""Preprod and Prod start only where what remains of the stage ends before the window closes (R13)."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from slipway.domain.policy.decision import Blocker, Facts
from slipway.domain.release_window import Calendar

_EMERGENCY = "time; an emergency does not wait for it"
_AFTER_HOURS = timedelta(minutes=30)
"""How much longer than its watch somebody stays outside the window: an emergency, or a stage that closed upon."""


def check(facts: Facts, now: datetime) -> Iterator[Blocker]:
    """`window_closed`, `window_too_short` or `never_fits`, with the next instant at which the stage fits."""
    if not facts.stage.role.on_live_path or facts.release.kind.rank:
        return
    calendar, needs = facts.calendar, facts.stage_needs
    starts = calendar.first_fit(now, needs)
    if starts == now:
        return
    minutes = round(needs.total_seconds() / 60)
    if starts is None:
        yield Blocker(
            code="never_fits",
            message=f"no release window of the coming year is as long as this stage needs ({minutes} min to finish,"
            " time to go back included)",
            cleared_by="a wider window or an exception for a day, by a change of policy; an emergency needs no window",
        )
    elif calendar.is_open(now):
        closes = calendar.open_until(now, now + needs)
        message = f"the release window closes at {_clock(calendar, closes)}, and this stage needs {minutes} min"
        yield Blocker(
            code="window_too_short",
            message=f"{message} (time to go back included)",
            clears_at=starts,
            cleared_by=_EMERGENCY,
        )
    else:
        reason = calendar.why_closed(now)
        message = f"the release window is closed{f' ({reason})' if reason else ''}"
        yield Blocker(code="window_closed", message=message, clears_at=starts, cleared_by=_EMERGENCY)


def attend_until(facts: Facts, now: datetime) -> datetime:
    """Until when somebody stays with a release in Prod: not past the closing of the window (R16, R17)."""
    watch = facts.stage.definition.watch
    until = now + timedelta(minutes=facts.platform.attend_minutes)
    if facts.release.kind.rank or not facts.calendar.is_open(now):
        return now + _AFTER_HOURS + (timedelta() if watch is None else watch.span)
    return min(until, facts.calendar.open_until(now, until))


def _clock(calendar: Calendar, at: datetime) -> str:
    return f"{at.astimezone(calendar.zone):%H:%M}"
