"""Places a hold on everything, an environment or a service; what has not started waits (R15)."""

from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from slipway.domain import messages
from slipway.domain.authority import Matter, why_not
from slipway.domain.errors import RefusedError
from slipway.domain.json_value import JsonObject
from slipway.domain.message import Message
from slipway.domain.platform import Action
from slipway.domain.release import ReleaseState
from slipway.domain.text_limits import says_nothing
from slipway.ports.store import Transaction
from slipway.ports.values import Actor, PolicyInEffect
from slipway.use_cases.keep_private import said_of_service
from slipway.use_cases.world import World

MOST_OF_ONE_PERSON = 8
"""Holds of one person on one thing that stand at once: each is lifted by itself, with a reason."""


class HoldScope(StrEnum):
    """What a hold binds."""

    ALL = "all"
    ENVIRONMENT = "environment"
    SERVICE = "service"


@dataclass(frozen=True, kw_only=True)
class HoldRequest:
    """`name` is the environment's or the service's; `during` names a release that the hold doesn't bind."""

    scope: HoldScope
    name: str | None
    reason: str
    until: datetime | None = None
    during: str | None = None
    absolute: bool = False
    """Binds emergency and security changes too; never a rescue."""
    objects_to: str | None = None
    """The release that somebody objects to by it."""

    def as_json(self) -> JsonObject:
        """For the log."""
        return {
            "scope": self.scope.value,
            "name": self.name,
            "reason": self.reason,
            "until": self.until.isoformat() if self.until else None,
            "during": self.during,
            "absolute": self.absolute,
            "objects_to": self.objects_to,
        }


def place_hold(world: World, request: HoldRequest, actor: Actor) -> int:
    """The number of the hold. Raises RefusedError; a refusal is in the log."""
    with world.store.transaction() as tx:
        policy = tx.policy()
        request = _told_to_all(tx, request)
        refusal = (
            _may_not(policy, request, actor) or _makes_no_sense(tx, policy, request) or _enough(tx, request, actor)
        )
        if refusal is None:
            hold_id = tx.records.place_hold(
                request.scope,
                request.name,
                _as_kept(request),
                actor.id,
                request.until,
                request.during,
                absolute=request.absolute,
                ends_with_release=request.during is not None,
            )
            _log(tx, "hold_placed", actor, request, {"hold": hold_id})
            tx.tell(_message(hold_id, request, actor))
            tx.wake()
            return hold_id
        _log(tx, "hold_refused", actor, request, {"message": refusal})
    raise RefusedError("may_not_hold", refusal)


def _message(hold_id: int, request: HoldRequest, actor: Actor) -> Message:
    return messages.holds.placed(
        hold_id,
        by=actor.id,
        scope=request.scope,
        name=request.name,
        reason=_as_kept(request),
        absolute=request.absolute,
        until=request.until,
        during=request.during,
        objects_to=request.objects_to,
    )


def _as_kept(request: HoldRequest) -> str:
    """The reason as lists, forms and channels have it."""
    return request.reason if request.objects_to is None else f"objects to {request.objects_to}: {request.reason}"


def _told_to_all(tx: Transaction, request: HoldRequest) -> HoldRequest:
    service = request.name if request.scope is HoldScope.SERVICE else None
    return replace(request, reason=said_of_service(tx, service, request.during or request.objects_to, request.reason))


def _may_not(policy: PolicyInEffect, request: HoldRequest, actor: Actor) -> str | None:
    for action in (Action.HOLD_PLACE, *((Action.HOLD_ABSOLUTE,) if request.absolute else ())):
        rule = policy.platform.rule(action)
        refusal = why_not(rule, policy.people.find(actor.id), Matter(team=None), policy.people)
        if refusal is not None:
            return refusal if action is Action.HOLD_PLACE else f"{refusal}, for a hold that binds emergencies too"
    return None


def _makes_no_sense(tx: Transaction, policy: PolicyInEffect, request: HoldRequest) -> str | None:
    if says_nothing(request.reason):
        return "a reason is needed: say why, for those whom the hold keeps waiting"
    if (request.scope is HoldScope.ALL) != (request.name is None):
        return "a hold on all has no name; one on an environment or a service needs the name"
    known = policy.platform.environments
    if request.scope is HoldScope.ENVIRONMENT and request.name not in known:
        return f"there is no environment {request.name}; there are {', '.join(sorted(known))}"
    if request.until is not None and request.until <= tx.now:
        return f"it would end at {request.until:%Y-%m-%d %H:%M} UTC, which is past"
    if request.objects_to is not None:
        return _has_ended(tx, request.objects_to, "to object to")
    return None if request.during is None else _has_ended(tx, request.during, "to hold the others back for")


def _enough(tx: Transaction, request: HoldRequest, actor: Actor) -> str | None:
    stand = tx.records.holds_of(actor.id, request.scope, request.name)
    if len(stand) < MOST_OF_ONE_PERSON:
        return None
    numbers = ", ".join(map(str, stand))
    return f"{actor.id} holds just that {len(stand)} times already (holds {numbers}): one is enough to keep it back"


def _has_ended(tx: Transaction, release_id: str, what_for: str) -> str | None:
    release = tx.releases.get(release_id)
    if release is None:
        return f"there is no release {release_id} {what_for}"
    if release.state is ReleaseState.ENDED:
        return f"release {release_id} has ended already ({release.outcome}): there is nothing {what_for}"
    return None


def _log(tx: Transaction, kind: str, actor: Actor, request: HoldRequest, more: JsonObject) -> None:
    tx.log(
        kind,
        actor,
        release_id=request.during or request.objects_to,
        service=request.name if request.scope is HoldScope.SERVICE else None,
        environment=request.name if request.scope is HoldScope.ENVIRONMENT else None,
        payload={**request.as_json(), **more},
    )
