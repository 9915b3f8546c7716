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
    at_the_latest: bool = False
    """`at` rests on the deadline of somebody who acts outside: it may well be earlier."""


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
    waits_for_an_act: bool = False
    """`lasts` is the deadline of a person or pipeline outside, not how long stages like it took."""


def nine_in_ten(seconds: Sequence[float]) -> timedelta | None:
    """What nine in ten took no longer than; None where none was timed."""
    return timedelta(seconds=sorted(seconds)[math.ceil(0.9 * len(seconds)) - 1]) if seconds else None


def lane_free(now: datetime, holder: InLine, since: datetime) -> Expected:
    """When the lane may be expected to be free, from who has held it since when."""
    if holder.lasts is None:
        return Expected(because=f"{holder.attempt_id} holds the lane, and no stage of {holder.where} was timed before")
    end = since + holder.lasts
    if end >= now:
        return Expected(at=end, at_the_latest=holder.waits_for_an_act)
    if holder.waits_for_an_act:
        return Expected(because=f"{holder.attempt_id} was to be acted on and checked by {end:%Y-%m-%d %H:%M} UTC")
    return Expected(because=f"{holder.attempt_id} has held the lane longer than nine in ten of {holder.where} did")


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
            found[index] = _asked_again(one.expires_at, starts[index])
            continue
        found[index] = starts[index]
        free = _after(one, starts[index])
    return [found[index] for index in range(len(line))]


def _start(free: Expected, ready: Expected, first_fit: Callable[[datetime], datetime | None]) -> Expected:
    if free.at is None or ready.at is None:
        return free
    at = first_fit(max(free.at, ready.at))
    if at is None:
        return Expected(because="no release window of the coming year is long enough for it")
    return Expected(at=at, at_the_latest=free.at_the_latest and free.at > ready.at)


def _after(one: InLine, start: Expected) -> Expected:
    assert start.at is not None, "only what has a known start is followed"
    if one.lasts is None:
        return Expected(because=f"{one.attempt_id} goes before it, and no stage of {one.where} was timed yet")
    return Expected(at=start.at + one.lasts, at_the_latest=start.at_the_latest or one.waits_for_an_act)


def _asked_again(expires: datetime, start: Expected) -> Expected:
    ends = f"its approvals or proofs end at {expires:%Y-%m-%d %H:%M} UTC"
    turn = f"{start.at:%Y-%m-%d %H:%M} UTC"
    if start.at_the_latest:
        return Expected(because=f"{ends}, and its turn may come as late as {turn}")
    return Expected(because=f"{ends}, before its turn comes ({turn}): it will be asked for again")
