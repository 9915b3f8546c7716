"""Two people issue a token to the pipeline of one static app, or put a new one in the place of another (R10).

The secret is made where the first of them sits, and only its hash is sent: no log, message or second person sees it.
"""

import re
from datetime import timedelta

from slipway.domain.authority import Matter
from slipway.domain.errors import NotFoundError
from slipway.domain.json_value import JsonObject
from slipway.domain.service import Profile
from slipway.domain.service_token import MOST_DAYS, why_not_usable
from slipway.domain.two_people import PendingAct
from slipway.ports.store import Transaction
from slipway.ports.values import Actor
from slipway.use_cases.settle import Found
from slipway.use_cases.two_person_act import Subject, TwoPersonAct
from slipway.use_cases.world import World

REPLACED_LIVES = timedelta(hours=1)
"""How long a token that is replaced still counts, so that a pipeline at work can report."""
_HASH = re.compile(r"[0-9a-f]{64}")


def parameters_of(service: str, hashed: str, days: int, replaces: int | None) -> JsonObject:
    """What the first person asks for."""
    return {"service": service, "hash": hashed, "days": days, "replaces": replaces}


def matter_of_service(tx: Transaction, service: str) -> Matter:
    """A service's tokens are a matter of the team that owns it by the policy in effect. Raises NotFoundError."""
    owner = tx.policy().services.get(service)
    if owner is None:
        raise NotFoundError(f"the policy in effect has no service {service}: activate it first")
    return Matter(team=owner.team, product_owner=owner.product_owner, about=f"the tokens of {service}")


def _about(tx: Transaction, parameters: JsonObject) -> Subject:
    service = parameters["service"]
    instead = f" in the place of token {parameters['replaces']}" if parameters["replaces"] else ""
    words = f"issue a token of {parameters['days']} days to the pipeline of {service}{instead}"
    return Subject(words=words, matter=matter_of_service(tx, service))


def _why_not_now(world: World, tx: Transaction, parameters: JsonObject, _found: Found | None) -> str | None:
    service, replaces = parameters["service"], parameters["replaces"]
    if world.definitions.service(service).profile is not Profile.STATIC_APP:
        return f"{service} is no static app: no pipeline of its own changes it"
    if not 1 <= parameters["days"] <= MOST_DAYS:
        return f"a token lives 1 to {MOST_DAYS} days"
    if not _HASH.fullmatch(parameters["hash"]):
        return "the hash must be the SHA-256 of the secret, in 64 hexadecimal digits"
    if tx.tokens.by_hash(parameters["hash"]) is not None:
        return "this secret was issued before: make another"
    return None if replaces is None else _why_not_replace(tx, service, replaces)


def _why_not_replace(tx: Transaction, service: str, number: int) -> str | None:
    token = tx.tokens.lock(number)
    if token.service != service:
        return f"token {number} is not of {service}"
    return why_not_usable(token, tx.now)


def _take_effect(_world: World, tx: Transaction, pending: PendingAct, actor: Actor) -> str:
    wanted = pending.parameters
    expires_at = tx.now + timedelta(days=wanted["days"])
    token = tx.tokens.issue(wanted["service"], wanted["hash"], (pending.first, actor.id), expires_at)
    if wanted["replaces"] is not None:
        tx.tokens.shorten(wanted["replaces"], tx.now + REPLACED_LIVES)
    payload = {
        "token": token.id,
        "expires_at": expires_at.isoformat(),
        "replaces": wanted["replaces"],
        "first": pending.first,
        "second": actor.id,
        "reason": pending.reason,
    }
    tx.log("service_token_issued", actor, service=token.service, payload=payload)
    return f"token {token.id} of {token.service} counts until {expires_at:%Y-%m-%d}"


ISSUE_TOKEN = TwoPersonAct(about=_about, why_not_now=_why_not_now, take_effect=_take_effect)
