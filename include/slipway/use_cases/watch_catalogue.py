"""Compares the catalogue on disk with the policy in effect; only the very first one takes effect by itself (R26)."""

from collections.abc import Sequence

from slipway.domain import messages
from slipway.domain.governed import Governed
from slipway.domain.policy_difference import differences, touched
from slipway.ports.store import Transaction
from slipway.ports.values import Actor, PolicyInEffect
from slipway.use_cases.world import World

FEW = 20
"""How many lines of a difference a log entry carries; `slipway policy diff` has them all."""


def watch_catalogue(world: World, on_disk: Governed, actor: Actor) -> str | None:
    """What was new, in words; None mostly. Writes nothing where everything is as it was."""
    with world.store.transaction() as tx:
        if tx.policies.activation() is not None and _is_known(tx, on_disk):
            return _tell_once(tx, tx.policy(), on_disk, actor)
    with world.store.transaction() as tx:
        tx.policies.lock()
        if tx.policies.activation() is None:
            _bootstrap(tx, on_disk, actor)
            return f"policy {on_disk.digest[:12]} is in effect: the first one"
        see(tx, on_disk)
        return _tell_once(tx, tx.policy(), on_disk, actor)


def see(tx: Transaction, on_disk: Governed) -> None:
    """Keeps what is on disk where it is new, for the rules to compare with."""
    if not _is_known(tx, on_disk):
        tx.policies.note_seen(on_disk)
        tx.wake()


def note_unreadable(world: World, problems: Sequence[str]) -> None:
    """Keeps why nobody can read what is on disk, for people to be told; what is in effect stays so."""
    with world.store.transaction() as tx:
        if tuple(tx.policies.unreadable()) != tuple(problems):
            tx.policies.note_unreadable(problems)


def _is_known(tx: Transaction, on_disk: Governed) -> bool:
    return tx.policies.seen() == on_disk and not tx.policies.unreadable()


def touches(in_effect: Governed, on_disk: Governed) -> dict[str, list[str]]:
    """Services that wait for an activation, with their environments."""
    everywhere = sorted(name for name, one in in_effect.platform.environments.items() if one.role.on_live_path)
    places = {
        service: [place for place in everywhere if touched(in_effect, on_disk, service, place)]
        for service in sorted(in_effect.services.keys() | on_disk.services.keys())
    }
    return {service: environments for service, environments in places.items() if environments}


def _bootstrap(tx: Transaction, on_disk: Governed, actor: Actor) -> None:
    """Nobody can propose or activate before there are people in effect: the first policy is the one that is there."""
    tx.policies.activate(on_disk, actor.id, "the first policy of this installation")
    see(tx, on_disk)
    payload = {
        "digest": on_disk.digest,
        "bootstrap": True,
        "people": sorted(on_disk.people.by_id),
        "services": {name: owner.team for name, owner in sorted(on_disk.services.items())},
    }
    tx.log("policy_activated", actor, payload=payload)
    tx.wake()


def _tell_once(tx: Transaction, policy: PolicyInEffect, on_disk: Governed, actor: Actor) -> str | None:
    if policy.governed == on_disk:
        return None
    if not tx.audits.judge_once(f"policy:{policy.digest}:{on_disk.digest}", found=True):
        return None
    lines = differences(policy.governed, on_disk)
    waiting = touches(policy.governed, on_disk)
    payload = {
        "digest": on_disk.digest,
        "in_effect": policy.digest,
        "differences": list(lines[:FEW]),
        "count": len(lines),
        "holds_back": waiting,
    }
    tx.log("policy_differs", actor, payload=payload)
    message = messages.policy.differs(on_disk.digest, policy.digest, lines, waiting)
    tx.tell(message)
    return message.text
