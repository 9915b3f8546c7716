"""Tokens of build pipelines, by REST: issued and replaced by two people, revoked by one."""

from typing import Annotated

from fastapi import APIRouter, Query, status
from pydantic import Field

from slipway.adapters.database.overview import Overview, Record
from slipway.console.changes import VIA, Body, Reason
from slipway.console.parts import Person, UsedParts
from slipway.console.texts import Name, Number, Why
from slipway.console.two_people import ask
from slipway.domain.json_value import JsonObject
from slipway.domain.platform import Action
from slipway.ports.values import Actor
from slipway.use_cases.issue_token import parameters_of
from slipway.use_cases.revoke_token import revoke_token

router = APIRouter()


class NewToken(Body):
    """`hash` is the SHA-256 of a secret that never leaves the caller; `replaces` a token of the same service."""

    service: Name
    hash: str = Field(pattern=r"^[0-9a-f]{64}$", max_length=64)
    days: Number
    reason: Why
    replaces: Number | None = None


@router.get("/tokens")
def tokens(parts: UsedParts, *, everything: Annotated[bool, Query(alias="all")] = False) -> list[Record]:
    """Tokens that count, or all there ever were; no secrets and no hashes."""
    with parts.store().transaction() as tx:
        return list(Overview(tx.sql).service_tokens(usable_only=not everything))


@router.post("/tokens", status_code=status.HTTP_202_ACCEPTED)
def issue(body: NewToken, person: Person, parts: UsedParts) -> JsonObject:
    """Asks to issue a token; it counts once another entitled person seconds it."""
    wanted = parameters_of(body.service, body.hash, body.days, body.replaces)
    return ask(parts, Action.ISSUE_TOKEN, wanted, body.reason, person)


@router.post("/tokens/{number}/revoke")
def revoke(number: Number, body: Reason, person: Person, parts: UsedParts) -> dict[str, int | str]:
    """Ends a token at once."""
    return {"id": number, "detail": revoke_token(parts.world(), number, Actor(id=person, via=VIA), body.reason)}
