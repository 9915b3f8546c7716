"""Shows the texts of a security release to who may read them; until they are published, each look is logged (R20)."""

from slipway.domain.authority import Matter, why_not
from slipway.domain.disclosure import Disclosure
from slipway.domain.errors import RefusedError
from slipway.domain.platform import Action
from slipway.ports.store import Transaction
from slipway.ports.values import Actor
from slipway.use_cases.world import World


def read_disclosure(world: World, reference: str, actor: Actor) -> Disclosure:
    """The texts, once the log has it. Raises NotFoundError; RefusedError, which is in the log."""
    with world.store.transaction() as tx:
        found = tx.disclosures.lock(reference)
        refusal = None if found.published_by else why_not_in_the_group(tx, found, actor)
        if not found.published_by:
            kind = "disclosure_read" if refusal is None else "disclosure_read_refused"
            payload = {"reference": reference, "message": refusal}
            tx.log(kind, actor, release_id=found.release_id, service=found.service, payload=payload)
    if refusal is not None:
        raise RefusedError("may_not_read_disclosure", f"{refusal}. {reference} has not been published")
    return found


def why_not_in_the_group(tx: Transaction, disclosure: Disclosure, actor: Actor) -> str | None:
    """None for the disclosure group; else the reason in words."""
    policy = tx.policy()
    owner = policy.services.get(disclosure.service)
    matter = Matter(team=owner.team if owner else None, about=disclosure.reference)
    return why_not(policy.platform.rule(Action.READ_SECURITY), policy.people.find(actor.id), matter, policy.people)
