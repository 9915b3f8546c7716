"""What people change by REST, as themselves."""

from typing import Literal

from fastapi import APIRouter, status
from pydantic import BaseModel, ConfigDict

from slipway.adapters.database.overview import Overview
from slipway.adapters.service_teams import team_of
from slipway.console.parts import Parts, Person, UsedParts
from slipway.console.texts import Instant, Name, Number, Why
from slipway.domain.errors import NotFoundError
from slipway.ports.values import Actor
from slipway.use_cases.acknowledge import acknowledge
from slipway.use_cases.lift_hold import PlacedHold, lift_hold
from slipway.use_cases.object_to import object_to
from slipway.use_cases.place_hold import HoldRequest, HoldScope, place_hold
from slipway.use_cases.settle_verdict import settle_verdict
from slipway.use_cases.stop import stop

router = APIRouter()
VIA = "rest"


class Body(BaseModel):
    """What is sent: nothing unknown in it."""

    model_config = ConfigDict(extra="forbid")


class Reason(Body):
    """Why; may be left out where nobody else is concerned."""

    reason: Why = ""


class Acknowledged(Body):
    """Somebody has seen the announcement; what they say about it, if anything."""

    comment: Why = ""


class OwedVerdict(Body):
    """Whether live is good after all: who looked at what, and what they saw."""

    verdict: Literal["pass", "fail"]
    reason: Why


class NewHold(Body):
    """What to hold; `name` of the environment or service, `during` a release that is not bound.

    An `absolute` one binds emergency and security changes too."""

    scope: HoldScope
    name: Name | None = None
    reason: Why
    until: Instant | None = None
    during: Name | None = None
    absolute: bool = False


@router.post("/releases/{release_id}/stop")
def stop_release(release_id: Name, body: Reason, person: Person, parts: UsedParts) -> dict[str, str]:
    """Withdraws what waits; what was begun is settled and undone."""
    detail = stop(parts.world(), release_id, Actor(id=person, via=VIA), body.reason)
    return {"release_id": release_id, "detail": detail}


@router.post("/releases/{release_id}/acknowledge")
def acknowledge_release(release_id: Name, body: Acknowledged, person: Person, parts: UsedParts) -> dict[str, str]:
    """Says that this person has seen that the release is on its way, or its announcement."""
    detail = acknowledge(parts.world(), release_id, Actor(id=person, via=VIA), body.comment)
    return {"release_id": release_id, "detail": detail}


@router.post("/releases/{release_id}/object", status_code=status.HTTP_201_CREATED)
def object_to_release(release_id: Name, body: Reason, person: Person, parts: UsedParts) -> dict[str, int | str]:
    """Objects to a release: its service is held until somebody lifts that."""
    hold_id = object_to(parts.world(), release_id, body.reason, Actor(id=person, via=VIA))
    return {"id": hold_id, "detail": f"you object to {release_id}: hold {hold_id} stands until it is lifted"}


@router.post("/releases/{release_id}/verdict")
def verdict(release_id: Name, body: OwedVerdict, person: Person, parts: UsedParts) -> dict[str, str]:
    """Settles the verdict that a release owes whose attempt ended as `unverified`."""
    actor = Actor(id=person, via=VIA)
    detail = settle_verdict(parts.world(), release_id, passed=body.verdict == "pass", actor=actor, reason=body.reason)
    return {"release_id": release_id, "detail": detail}


@router.post("/holds", status_code=status.HTTP_201_CREATED)
def new_hold(body: NewHold, person: Person, parts: UsedParts) -> dict[str, int | str]:
    """Places a hold."""
    if body.scope is HoldScope.SERVICE and body.name is not None:
        with parts.store().transaction() as tx:
            team_of(parts.catalogue, tx, body.name)
    hold_id = place_hold(parts.world(), HoldRequest(**body.model_dump()), Actor(id=person, via=VIA))
    return {"id": hold_id, "detail": f"hold {hold_id} stands"}


@router.post("/holds/{hold_id}/lift")
def lift(hold_id: Number, body: Reason, person: Person, parts: UsedParts) -> dict[str, int | str]:
    """Lifts a hold."""
    lift_hold(parts.world(), _placed(parts, hold_id), Actor(id=person, via=VIA), body.reason)
    return {"id": hold_id, "detail": f"hold {hold_id} is lifted"}


def _placed(parts: Parts, hold_id: int) -> PlacedHold:
    with parts.store().transaction() as tx:
        overview = Overview(tx.sql)
        hold = next((one for one in overview.holds(standing_only=False) if one["id"] == hold_id), None)
        if hold is None:
            raise NotFoundError(f"there is no hold {hold_id}; `slipway hold list` has those that stand")
        is_service = hold["scope"] == HoldScope.SERVICE
        return PlacedHold(
            id=hold_id,
            placed_by=hold["placed_by"],
            during=hold["during"],
            environment=hold["name"] if hold["scope"] == HoldScope.ENVIRONMENT else None,
            service=hold["name"] if is_service else None,
            team=team_of(parts.catalogue, tx, hold["name"]) if is_service else None,
            failed=hold["failed"],
        )
