"""Lifts a hold, one's own or with a reason another's; said again in the channel (R15)."""

from dataclasses import dataclass

from slipway.domain import messages
from slipway.domain.authority import Matter, in_matter_of, why_not
from slipway.domain.errors import RefusedError
from slipway.domain.platform import Action, Party
from slipway.domain.text_limits import says_nothing
from slipway.ports.store import Transaction
from slipway.ports.values import Actor, PolicyInEffect
from slipway.use_cases.keep_private import said_of_service
from slipway.use_cases.world import World


@dataclass(frozen=True, kw_only=True)
class PlacedHold:
    """What never changes of a hold; `team` owns the service that it binds, None where it binds more."""

    id: int
    placed_by: str
    environment: str | None
    service: str | None
    team: str | None
    during: str | None = None
    """The release for which it was placed, or whose failure placed it."""
    failed: str | None = None
    """The release whose failure placed it; nobody who asked for that one lifts it."""


def lift_hold(world: World, hold: PlacedHold, actor: Actor, reason: str) -> None:
    """Returns when it is lifted. Raises RefusedError; a refusal is in the log."""
    with world.store.transaction() as tx:
        reason = said_of_service(tx, hold.service, hold.during or hold.failed, reason)
        refusal = _may_not(tx.policy(), hold, actor, reason) or _asked_for_it(tx, hold, actor)
        if refusal is None and not tx.records.lift_hold(hold.id, actor.id, reason):
            refusal = f"hold {hold.id} does not stand any more"
        payload = {"hold": hold.id, "reason": reason, "placed_by": hold.placed_by}
        if refusal is None:
            tx.log("hold_lifted", actor, service=hold.service, environment=hold.environment, payload=payload)
            tx.tell(messages.holds.lifted(hold.id, by=actor.id, placed_by=hold.placed_by, reason=reason))
            tx.wake()
            return
        tx.log(
            "hold_lift_refused",
            actor,
            service=hold.service,
            environment=hold.environment,
            payload={**payload, "message": refusal},
        )
    raise RefusedError("may_not_lift_hold", refusal)


def _asked_for_it(tx: Transaction, hold: PlacedHold, actor: Actor) -> str | None:
    release = None if hold.failed is None else tx.releases.get(hold.failed)
    if release is None or actor.id not in release.requesters:
        return None
    return f"{actor.id} asked for {release.id}, whose failure placed it: somebody else lifts it"


def _may_not(policy: PolicyInEffect, hold: PlacedHold, actor: Actor, reason: str) -> str | None:
    person = policy.people.find(actor.id)
    matter = Matter(team=hold.team, parties={Party.PLACER: frozenset({hold.placed_by})})
    own = policy.platform.rule(Action.HOLD_LIFT_OWN)
    if why_not(own, person, matter, policy.people) is None:
        return None
    others = in_matter_of(hold.team, policy.platform.rule(Action.HOLD_LIFT))
    refusal = why_not(others, person, matter, policy.people)
    if refusal is None and says_nothing(reason):
        return f"a reason is needed to lift a hold of somebody else ({hold.placed_by})"
    return refusal
