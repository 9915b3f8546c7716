"""A token for the command line, for people who sign in through the organisation and so have no password (R27)."""

import time

import jwt
from fastapi import APIRouter, Request
from fastapi.responses import PlainTextResponse

from slipway.console.parts import Person, UsedParts
from slipway.ports.values import Actor

router = APIRouter()
SECONDS = 3600
_COOKIE = "_token"
"""Where Airflow's pages keep it."""
_NEVER_KEPT = {"Cache-Control": "no-store", "Referrer-Policy": "no-referrer", "X-Frame-Options": "DENY"}


@router.get("/token", response_class=PlainTextResponse)
def token(request: Request, person: Person, parts: UsedParts) -> PlainTextResponse:
    """The signed-in person's token for an hour; `slipway login --token` takes it. That it was given is in the log.

    It never outlives the one that asked for it: whoever is shut out at the provider is out within the hour.
    """
    seconds = min(SECONDS, _left(request))
    given = parts.make_token(person, seconds)
    with parts.store().transaction() as tx:
        tx.log("token_given", Actor(id=person, via="console"), payload={"seconds": seconds})
    return PlainTextResponse(given + "\n", headers=_NEVER_KEPT)


def _left(request: Request) -> int:
    """Seconds that the token of this request still lives; it was verified where the person was."""
    scheme, _, bearer = request.headers.get("authorization", "").partition(" ")
    presented = bearer if scheme.lower() == "bearer" else request.cookies.get(_COOKIE, "")
    expires = jwt.decode(presented, options={"verify_signature": False})["exp"]
    return max(1, int(expires - time.time()))
