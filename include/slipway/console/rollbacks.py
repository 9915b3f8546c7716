"""What people ask to be rolled back, by REST, as themselves; its run starts by itself (R18)."""

from fastapi import APIRouter, status

from slipway.console.changes import VIA, Body
from slipway.console.parts import Person, UsedParts
from slipway.console.texts import Name, Why
from slipway.domain.json_value import JsonObject
from slipway.domain.messages.words import how_to_second
from slipway.domain.rollback import ROLLBACK_DAG, Basis
from slipway.ports.values import Actor
from slipway.use_cases.ask_rollback import AskedRollback, ask_rollback

router = APIRouter()


class NewRollback(Body):
    """`version` left out: what the grants of what runs name, by one person. Any other takes two.

    `despite_bad`: why a version that is marked bad is to come back.
    `incident`: it begins with one person; the second follows within hours, an open finding until then."""

    service: Name
    environment: Name
    version: Name | None = None
    reason: Why
    incident: bool = False
    despite_bad: Why = ""


@router.post("/rollbacks", status_code=status.HTTP_202_ACCEPTED)
def new_rollback(body: NewRollback, person: Person, parts: UsedParts) -> JsonObject:
    """Asks for it; the answer names its release, and what waits for a second person."""
    asked = ask_rollback(parts.world(), AskedRollback(**body.model_dump()), Actor(id=person, via=VIA))
    release, rollback = asked.release, asked.release.rollback
    assert rollback is not None, "it was just asked for"
    detail = f"{release.id} rolls back {release.service} in {rollback}: its run of {ROLLBACK_DAG} starts in a moment"
    if asked.pending is not None:
        if rollback.basis is Basis.TWO_PEOPLE:
            detail = f"{release.id} waits, nothing was touched yet. {how_to_second(asked.pending)}"
        else:
            detail += f". Its second person is owed, and that is a finding until then: {how_to_second(asked.pending)}"
    return {
        "id": release.id,
        "release_id": release.id,
        "service": release.service,
        "environment": rollback.environment,
        "version": rollback.version,
        "basis": rollback.basis.value,
        "pending": None if asked.pending is None else asked.pending.id,
        "detail": detail,
    }
