"""A release that asked for second line's support goes live while it is there, unless somebody waives it (R21)."""

from collections.abc import Iterator
from datetime import datetime

from slipway.domain.authority import Matter, why_not
from slipway.domain.booking import Booking
from slipway.domain.platform import Action
from slipway.domain.policy.decision import Blocker, Facts
from slipway.domain.service import StageRole


def check(facts: Facts, now: datetime) -> Iterator[Blocker]:
    """`support_not_there`, in Prod only: not accepted, not yet, not any more, or by somebody who left."""
    booking = facts.booking
    if facts.stage.role is not StageRole.PROD or booking is None or booking.waived_by is not None:
        return
    waiver = f"a manager or second line, with a reason: slipway support waive {booking.id}"
    if booking.accepted_by is None:
        yield _blocker(f"{booking}, is not accepted", f"second line: slipway support accept {booking.id}; or {waiver}")
    elif (gone := _accepted_by_nobody(facts, booking)) is not None:
        yield _blocker(f"{booking}, was accepted by somebody who may not any more: {gone}", waiver)
    elif now < booking.begins:
        yield _blocker(f"{booking}, has not begun", f"time; or {waiver}", booking.begins)
    elif now >= booking.ends:
        yield _blocker(f"{booking}, is over", f"{waiver}; or stop this release and ask again with another booking")


def _accepted_by_nobody(facts: Facts, booking: Booking) -> str | None:
    rule = facts.platform.rule(Action.SUPPORT_ACCEPT)
    person = facts.people.find(booking.accepted_by)
    return why_not(rule, person, Matter(team=facts.release.team), facts.people)


def _blocker(message: str, cleared_by: str, clears_at: datetime | None = None) -> Blocker:
    return Blocker(code="support_not_there", message=message, clears_at=clears_at, cleared_by=cleared_by)
