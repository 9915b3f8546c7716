"""Reviews by REST."""

from typing import Annotated

from fastapi import APIRouter, Query

from slipway.console.changes import VIA, Reason
from slipway.console.parts import Person, UsedParts
from slipway.console.texts import Number
from slipway.domain.json_value import JsonObject
from slipway.ports.values import Actor
from slipway.use_cases.close_review import close_review
from slipway.use_cases.show_reviews import show_reviews

router = APIRouter(prefix="/reviews")


@router.get("")
def reviews(parts: UsedParts, *, everything: Annotated[bool, Query(alias="all")] = False) -> list[JsonObject]:
    """Reviews that are open, or all there ever were."""
    return list(show_reviews(parts.store(), open_only=not everything))


@router.post("/{number}/close")
def close(number: Number, body: Reason, person: Person, parts: UsedParts) -> JsonObject:
    """Closes a review, as a manager who had no part in what it is about."""
    review = close_review(parts.world(), number, Actor(id=person, via=VIA), body.reason)
    return {"id": review.id, "detail": f"review {review.id} is closed"}
