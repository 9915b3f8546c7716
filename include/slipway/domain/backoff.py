"""How long to wait before the next try: longer each time, and never all at once."""

from datetime import timedelta

FIRST = timedelta(seconds=1)
LONGEST = timedelta(minutes=5)


def wait_before_next(
    failures: int,
    draw: float,
    retry_after: timedelta | None = None,
    *,
    first: timedelta = FIRST,
    longest: timedelta = LONGEST,
) -> timedelta:
    """Doubles from `first` up to `longest`, of which `draw` (0 to 1) decides the second half.

    What the other side asks for is kept, and never cut: a try before that would only make it longer.
    """
    whole = min(first * 2.0 ** min(failures - 1, 20), longest)
    wait = whole / 2 + whole / 2 * draw
    return wait if retry_after is None else retry_after + timedelta(seconds=draw)
