"""Files the texts of a security release where only the disclosure group reads them (R20)."""

import secrets

from slipway.domain.authority import Matter, why_not
from slipway.domain.disclosure import Disclosure
from slipway.domain.errors import NotFoundError, RefusedError
from slipway.domain.platform import Action
from slipway.domain.text_limits import says_nothing
from slipway.ports.store import Transaction
from slipway.ports.values import Actor
from slipway.use_cases.world import World


def file_disclosure(world: World, service: str, summary: str, rollback_plan: str, actor: Actor) -> Disclosure:
    """The texts with their reference. Raises NotFoundError; RefusedError, which is in the log, without the texts."""
    with world.store.transaction() as tx:
        refusal = _may_not(tx, service, actor) or _says_nothing(summary, rollback_plan)
        if refusal is None:
            filed = tx.disclosures.file(service, summary, rollback_plan, secrets.token_hex(16), actor.id)
            payload = {"reference": filed.reference, "fingerprint": filed.fingerprint}
            tx.log("disclosure_filed", actor, service=service, payload=payload)
            return filed
        tx.log("disclosure_refused", actor, service=service, payload={"message": refusal})
    raise RefusedError("may_not_file_disclosure", refusal)


def _may_not(tx: Transaction, service: str, actor: Actor) -> str | None:
    """Whoever may declare a security release of the service, and nobody else."""
    policy = tx.policy()
    owner = policy.services.get(service)
    if owner is None:
        raise NotFoundError(f"there is no service {service} in the policy in effect: `slipway services` lists them")
    matter = Matter(team=owner.team, product_owner=owner.product_owner)
    person = policy.people.find(actor.id)
    rules = (policy.platform.rule(action) for action in (Action.REQUEST_RELEASE, Action.DECLARE_EMERGENCY))
    reasons = (why_not(rule, person, matter, policy.people) for rule in rules)
    return next((reason for reason in reasons if reason is not None), None)


def _says_nothing(summary: str, rollback_plan: str) -> str | None:
    if not says_nothing(summary) and not says_nothing(rollback_plan):
        return None
    return "summary and rollback plan are needed: say in a sentence each what the disclosure group should know"
