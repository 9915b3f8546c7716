"""The texts of security releases by REST: filed, read by the disclosure group, published."""

from fastapi import APIRouter, Response, status
from pydantic import BaseModel, ConfigDict

from slipway.console.changes import VIA, Reason
from slipway.console.parts import Person, UsedParts
from slipway.console.texts import Name, Text
from slipway.domain.disclosure import Disclosure
from slipway.domain.json_value import JsonObject
from slipway.ports.values import Actor
from slipway.use_cases.file_disclosure import file_disclosure
from slipway.use_cases.list_disclosures import list_disclosures
from slipway.use_cases.publish_disclosure import publish_disclosure
from slipway.use_cases.read_disclosure import read_disclosure

router = APIRouter(prefix="/disclosures")


class NewDisclosure(BaseModel):
    """What nobody but the disclosure group should read yet."""

    model_config = ConfigDict(extra="forbid")

    service: Name
    summary: Text
    rollback_plan: Text


@router.post("", status_code=status.HTTP_201_CREATED)
def file(body: NewDisclosure, person: Person, parts: UsedParts) -> JsonObject:
    """Files the texts; what it answers with is all that a run's form may carry."""
    actor = Actor(id=person, via=VIA)
    filed = file_disclosure(parts.world(), body.service, body.summary, body.rollback_plan, actor)
    detail = f"filed as {filed.reference}: the form of the release carries this reference, and nothing else"
    return {"reference": filed.reference, "detail": detail}


@router.get("")
def list_all(person: Person, parts: UsedParts, response: Response) -> list[JsonObject]:
    """What there is, without the texts; of what somebody may not read, the reference only."""
    response.headers["Cache-Control"] = "no-store"
    return list(list_disclosures(parts.world(), Actor(id=person, via=VIA)))


@router.get("/{reference}")
def read(reference: Name, person: Person, parts: UsedParts, response: Response) -> JsonObject:
    """The texts. Each look is in the log until they are published."""
    response.headers["Cache-Control"] = "no-store"
    return _as_json(read_disclosure(parts.world(), reference, Actor(id=person, via=VIA)))


@router.post("/{reference}/publish")
def publish(reference: Name, body: Reason, person: Person, parts: UsedParts) -> JsonObject:
    """Lets everybody read the texts; they go into the log."""
    published = publish_disclosure(parts.world(), reference, Actor(id=person, via=VIA), body.reason)
    return {**_as_json(published), "detail": f"{reference} is published"}


def _as_json(disclosure: Disclosure) -> JsonObject:
    return {
        "reference": disclosure.reference,
        "release_id": disclosure.release_id,
        "service": disclosure.service,
        "summary": disclosure.summary,
        "rollback_plan": disclosure.rollback_plan,
        "fingerprint": disclosure.fingerprint,
        "filed_by": disclosure.filed_by,
        "at": disclosure.filed_at.isoformat(),
        "published_by": disclosure.published_by,
    }
