"""One person revokes a service token: stopping is cheap, a new one takes two people."""

from slipway.domain import messages
from slipway.domain.authority import Matter, why_not
from slipway.domain.errors import RefusedError
from slipway.domain.platform import Action
from slipway.domain.text_limits import says_nothing
from slipway.domain.two_people import why_not_one_of_two
from slipway.ports.store import Transaction
from slipway.ports.values import Actor
from slipway.use_cases.issue_token import matter_of_service
from slipway.use_cases.world import World


def revoke_token(world: World, number: int, actor: Actor, reason: str) -> str:
    """What happened, in words. Raises NotFoundError, RefusedError; a refusal is in the log."""
    with world.store.transaction() as tx:
        token = tx.tokens.lock(number)
        refusal = _may_not(tx, matter_of_service(tx, token.service), actor)
        if refusal is None and says_nothing(reason):
            refusal = "a reason is needed: say why, for those who read the log later"
        payload = {"token": number, "reason": reason}
        if refusal is not None:
            payload["message"] = refusal
            tx.log("service_token_revocation_refused", actor, service=token.service, payload=payload)
        elif token.revoked_at is None:
            tx.tokens.revoke(number, actor.id, reason)
            tx.log("service_token_revoked", actor, service=token.service, payload=payload)
            tx.tell(messages.access.token_revoked(number, token.service, actor.id, reason))
    if refusal is not None:
        raise RefusedError("may_not_revoke", refusal)
    return f"token {number} of {token.service} counts no more"


def _may_not(tx: Transaction, matter: Matter, actor: Actor) -> str | None:
    """Whoever may stop the team's releases, or be one of the two who issue."""
    policy = tx.policy()
    rules = policy.platform
    reason = why_not(rules.rule(Action.STOP), policy.people.find(actor.id), matter, policy.people)
    if reason is None:
        return None
    return why_not_one_of_two(rules.rule(Action.ISSUE_TOKEN), actor.id, matter, policy.people)
