"""Which instants somebody may give: in UTC, and near enough that every clock, database and page can say them."""

from datetime import UTC, datetime

EARLIEST = datetime(2000, 1, 1, tzinfo=UTC)
LATEST = datetime(2100, 1, 1, tzinfo=UTC)


def in_utc(at: datetime) -> datetime:
    """The same instant in UTC. Raises ValueError, with a message for people, where it is too far from today."""
    try:
        found = at.astimezone(UTC)
    except OverflowError:
        found = None
    if found is None or not EARLIEST <= found <= LATEST:
        msg = (
            f"{at.isoformat()} is too far away: a time is between {EARLIEST:%Y-%m-%d} and {LATEST:%Y-%m-%d},"
            " like 2030-01-31T09:30+00:00"
        )
        raise ValueError(msg)
    return found
