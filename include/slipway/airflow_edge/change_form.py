"""The form that a person fills in to record a change that is made outside, and what is read from it."""

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Any

from airflow.sdk import Param

from slipway.domain.change import ChangeSort, OutsideChange
from slipway.domain.errors import RefusedError
from slipway.domain.instants import in_utc
from slipway.domain.release import ChangeKind
from slipway.domain.text_limits import longest
from slipway.use_cases.refuse_long_texts import shortened

FURTHEST = timedelta(days=366)
"""How far ahead a change may be planned; what is further away is a slip of the pen, or meant to stay for ever."""
_WRITTEN = "write it like 2030-01-31T09:30+00:00"


def change_params() -> dict[str, Param]:
    """The form's fields; what every change needs has no default. The rest is asked for by its sort, at `open`."""
    return {
        "service": _needed(
            "service",
            "What is changed",
            "A service of the catalogue: yours, a third party's, infrastructure. Where nothing of it runs in live yet,"
            " its check finds nothing, and the service is held: release it first.",
        ),
        "sort": Param(
            type="string",
            enum=[sort.value for sort in ChangeSort],
            title="Sort of change",
            description="Only the pipeline of a static app asks for static_app.",
        ),
        "what": _needed("what", "What changes", "One sentence that approvers and the people around you understand."),
        "where": _needed("where", "Where", "The system, page, table or setting in live."),
        "rollback_plan": _needed(
            "rollback_plan", "If it goes wrong", "How what was before comes back. The platform cannot do that."
        ),
        "by_hand_because": _text(
            "by_hand_because", "Why by hand", "Why it cannot be automated; a manager agrees to it."
        ),
        "by_hand_until": Param(
            None, type=["null", "string"], format="date", title="Agreed until", description="The last day, YYYY-MM-DD."
        ),
        "tested": _text("tested", "Tested", "Where it was tried before live, and what was seen there."),
        "untested_because": _text(
            "untested_because", "Not tested, because", "Only where it could not be; a manager agrees to it."
        ),
        "not_before": Param(
            None,
            type=["null", "string"],
            format="date-time",
            title="Not before",
            description="When whoever acts is ready, a year ahead at most: until then it does not hold the lane.",
        ),
        "change_kind": Param(
            "standard",
            type="string",
            enum=[kind.value for kind in ChangeKind if kind is not ChangeKind.SECURITY],
            title="Kind of change",
            description="An emergency goes first and skips the window; never the two people. What must not be known yet"
            " is not changed by hand: everybody can read this form.",
        ),
        "ticket": _text("ticket", "Ticket", "A reference, if there is one."),
        "fixes": _text("fixes", "Fixes release", "The failed one that this repairs, for example r12."),
        "release_id": _text("release_id", "Release", "For a further attempt: set by `slipway retry`."),
        "resume_of": _text("resume_of", "Attempt", "For a further attempt: the attempt that it goes on from."),
    }


def change_in(form: Mapping[str, Any], now: datetime) -> OutsideChange:
    """What the form says. Raises RefusedError where a date or time is none, or too far ahead of `now`."""
    not_before = form.get("not_before")
    return OutsideChange(
        sort=ChangeSort(form["sort"]),
        what=form["what"],
        where=form["where"],
        tested=form.get("tested") or "",
        untested_because=form.get("untested_because") or "",
        by_hand_because=form.get("by_hand_because") or "",
        by_hand_until=_day(form.get("by_hand_until")),
        not_before=_instant(not_before, now) if not_before else None,
    )


def _day(text: str | None) -> date | None:
    try:
        return date.fromisoformat(text) if text else None
    except ValueError as error:
        raise RefusedError("no_date", f"{shortened(text)} is no day: write it like 2030-01-31") from error


def _instant(text: str, now: datetime) -> datetime:
    """In UTC, whatever zone it was written in."""
    try:
        written = datetime.fromisoformat(text)
        if written.tzinfo is None:
            raise RefusedError("no_time", f"{text} has no time zone: {_WRITTEN}")
    except ValueError as error:
        raise RefusedError("no_time", f"{shortened(text)} is no time: {_WRITTEN}") from error
    try:
        at = in_utc(written)
    except ValueError as error:
        raise RefusedError("no_time", str(error)) from error
    if at - now > FURTHEST:
        raise RefusedError("too_far_ahead", f"{text} is more than a year ahead: record the change when it is nearer")
    return at


def _needed(name: str, title: str, description: str) -> Param:
    return Param(type="string", minLength=1, maxLength=longest(name), title=title, description=description)


def _text(name: str, title: str, description: str) -> Param:
    return Param(None, type=["null", "string"], maxLength=longest(name), title=title, description=description)
