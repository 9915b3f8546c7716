"""The header `Retry-After`: seconds, or a date (RFC 9110, section 10.2.3)."""

from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

LONGEST = timedelta(hours=1)
"""Whoever asks for more is asked again after an hour."""


def retry_after(value: str | None, now: datetime | None = None) -> timedelta | None:
    """How long to wait; None where the header is missing or says nothing that can be read."""
    if value is None:
        return None
    if value.strip().isdecimal():
        return min(timedelta(seconds=min(int(value), 10**6)), LONGEST)
    try:
        until = parsedate_to_datetime(value)
    except ValueError:
        return None
    if until.tzinfo is None:
        until = until.replace(tzinfo=UTC)
    return min(max(until - (now or datetime.now(UTC)), timedelta()), LONGEST)
