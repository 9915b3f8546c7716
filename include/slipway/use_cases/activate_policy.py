"""Makes the people and rules of the catalogue the ones in effect. Governed by two people in a later version (R26)."""

from slipway.domain.people import People
from slipway.domain.platform import Platform
from slipway.ports.store import Actor
from slipway.use_cases.world import World


def activate_policy(world: World, digest: str, platform: Platform, people: People, actor: Actor) -> bool:
    """False where this policy is in effect already."""
    with world.store.transaction() as tx:
        if tx.policy_digest() == digest:
            return False
        tx.activate_policy(digest, platform, people, actor.id)
        payload = {"digest": digest, "people": sorted(people.by_id), "governed": "not yet built: taken from the files"}
        tx.log("policy_activated", actor, payload=payload)
        tx.wake()
        return True
