"""How long somebody asks us to wait."""

from datetime import UTC, datetime, timedelta

import pytest

from slipway.adapters.notifiers.retry_after import LONGEST, retry_after

NOW = datetime(2026, 1, 5, 10, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        ("30", 30),
        ("0", 0),
        ("Mon, 05 Jan 2026 10:02:00 GMT", 120),
        ("Mon, 05 Jan 2026 09:00:00 GMT", 0),
        ("9" * 400, LONGEST.total_seconds()),
        ("Tue, 05 Jan 2027 10:02:00 GMT", LONGEST.total_seconds()),
    ],
)
def test_seconds_and_dates_are_understood_and_nothing_waits_for_ever(value: str, seconds: float) -> None:
    assert retry_after(value, NOW) == timedelta(seconds=seconds)


@pytest.mark.parametrize("value", [None, "", "soon", "-5", "1.5"])
def test_what_says_nothing_is_no_wait(value: str | None) -> None:
    assert retry_after(value, NOW) is None
