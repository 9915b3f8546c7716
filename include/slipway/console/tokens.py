"""A token for the command line, for people who sign in through the organisation and so have no password (R27)."""

from fastapi import APIRouter
from fastapi.responses import PlainTextResponse

from slipway.console.parts import Person, UsedParts
from slipway.ports.store import Actor

router = APIRouter()
SECONDS = 3600
_NEVER_KEPT = {"Cache-Control": "no-store", "Referrer-Policy": "no-referrer", "X-Frame-Options": "DENY"}


@router.get("/token", response_class=PlainTextResponse)
def token(person: Person, parts: UsedParts) -> PlainTextResponse:
    """The signed-in person's token for an hour; `slipway login --token` takes it. That it was given is in the log."""
    given = parts.make_token(person, SECONDS)
    with parts.store().transaction() as tx:
        tx.log("token_given", Actor(id=person, via="console"), payload={"seconds": SECONDS})
    return PlainTextResponse(given + "\n", headers=_NEVER_KEPT)
