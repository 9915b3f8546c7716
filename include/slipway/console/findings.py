"""What people say of unauthorised changes, by REST."""

from fastapi import APIRouter

from slipway.console.changes import VIA, Reason
from slipway.console.parts import Person, UsedParts
from slipway.console.texts import Number
from slipway.domain.json_value import JsonObject
from slipway.ports.values import Actor
from slipway.use_cases.close_finding import close_finding
from slipway.use_cases.explain_finding import explain_finding

router = APIRouter(prefix="/findings")


@router.post("/{seq}/explanation")
def explain(seq: Number, body: Reason, person: Person, parts: UsedParts) -> JsonObject:
    """Says how it came about, as a senior of the team whose service was changed."""
    finding = explain_finding(parts.world(), seq, Actor(id=person, via=VIA), body.reason)
    return {"seq": finding.seq, "detail": f"finding {finding.seq} is explained; a manager closes it"}


@router.post("/{seq}/close")
def close(seq: Number, body: Reason, person: Person, parts: UsedParts) -> JsonObject:
    """Closes it once it was explained, as a manager who neither explained nor made the change."""
    finding = close_finding(parts.world(), seq, Actor(id=person, via=VIA), body.reason)
    return {"seq": finding.seq, "detail": f"finding {finding.seq} is closed"}
