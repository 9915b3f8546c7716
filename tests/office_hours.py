"""Rules with the release window of the standard, and instants of one November week to play them at (R13)."""

from datetime import UTC, datetime

from slipway.domain.release_window import DayWindow, ReleaseWindow, Weekday
from tests.builders import platform_rules

HOURS = {day: DayWindow(opens=570, closes=1020) for day in list(Weekday)[:4]}
HOURS[Weekday.FRIDAY] = DayWindow(opens=570, closes=960)
FOUR_DAYS = 4 * 24 * 60
RULES = platform_rules(
    window=ReleaseWindow(days=HOURS), request_minutes=FOUR_DAYS, grant_minutes=FOUR_DAYS, proof_life_minutes=7 * 24 * 60
)


def on(day: int, clock: str) -> datetime:
    """In November 2026, when London is at UTC: the 19th is a Thursday."""
    return datetime.fromisoformat(f"2026-11-{day}T{clock}").replace(tzinfo=UTC)
