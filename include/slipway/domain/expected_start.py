"""When the stages in a queue may be expected to start, from how long stages like them held the lane (R12). Pure."""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta


@dataclass(frozen=True, kw_only=True)
class Expected:
    """An instant, or why nobody knows it."""

    at: datetime | None = None
    because: str = ""


@dataclass(frozen=True, kw_only=True)
class InLine:
    """One stage that waits for the lane."""

    attempt_id: str
    where: str
    """Its service and environment, in words."""
    ready: Expected
    """When all that stands in its own way has cleared, the lane and the window left out."""
    first_fit: Callable[[datetime], datetime | None]
    """The first instant from then on at which the window lets it start; None if there is none."""
    lasts: timedelta | None
    """How long it will hold the lane; None where no stage like it was ever timed."""
    expires_at: datetime | None
    """When the first of its approvals and proofs ends."""


def nine_in_ten(seconds: Sequence[float]) -> timedelta | None:
    """What nine in ten took no longer than; None where none was timed."""
    return timedelta(seconds=sorted(seconds)[math.ceil(0.9 * len(seconds)) - 1]) if seconds else None


def lane_free(now: datetime, holder: InLine, since: datetime) -> Expected:
    """When the lane may be expected to be free, from who has held it since when."""
    if holder.lasts is None:
        return Expected(because=f"{holder.attempt_id} holds the lane, and no stage of {holder.where} was timed before")
    end = since + holder.lasts
    if end < now:
        return Expected(because=f"{holder.attempt_id} has held the lane longer than nine in ten of {holder.where} did")
    return Expected(at=end)


def expected_starts(free: Expected, line: Sequence[InLine]) -> Sequence[Expected]:
    """For each in line, first in line first. Who cannot start when the lane comes free lets the next one go before."""
    found = {index: one.ready for index, one in enumerate(line) if one.ready.at is None}
    while len(found) < len(line):
        starts = {index: _start(free, one.ready, one.first_fit) for index, one in enumerate(line) if index not in found}
        known = [(start.at, index) for index, start in starts.items() if start.at is not None]
        if not known:
            return [(found | starts)[index] for index in range(len(line))]
        at, index = min(known)
        one = line[index]
        if one.expires_at is not None and at >= one.expires_at:
            found[index] = _asked_again(one.expires_at, at)
            continue
        found[index] = starts[index]
        free = _after(one, at)
    return [found[index] for index in range(len(line))]


def _start(free: Expected, ready: Expected, first_fit: Callable[[datetime], datetime | None]) -> Expected:
    if free.at is None or ready.at is None:
        return free
    at = first_fit(max(free.at, ready.at))
    return Expected(at=at, because="" if at else "no release window of the coming year is long enough for it")


def _after(one: InLine, start: datetime) -> Expected:
    if one.lasts is None:
        return Expected(because=f"{one.attempt_id} goes before it, and no stage of {one.where} was timed yet")
    return Expected(at=start + one.lasts)


def _asked_again(expires: datetime, start: datetime) -> Expected:
    return Expected(
        because=f"its approvals or proofs end at {expires:%Y-%m-%d %H:%M} UTC, before its turn comes"
        f" ({start:%Y-%m-%d %H:%M} UTC): it will be asked for again"
    )
