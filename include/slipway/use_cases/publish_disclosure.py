"""Ends the secrecy of a security release's texts: from here on they are in the log, for everybody (R20)."""

from slipway.domain import messages
from slipway.domain.disclosure import Disclosure
from slipway.domain.errors import RefusedError
from slipway.domain.text_limits import says_nothing
from slipway.ports.store import Transaction
from slipway.ports.values import Actor
from slipway.use_cases.read_disclosure import why_not_in_the_group
from slipway.use_cases.world import World


def publish_disclosure(world: World, reference: str, actor: Actor, reason: str) -> Disclosure:
    """The texts, published. Raises NotFoundError; RefusedError, which is in the log."""
    with world.store.transaction() as tx:
        found = tx.disclosures.lock(reference)
        refusal = _may_not(tx, found, actor, reason)
        if refusal is None:
            published = tx.disclosures.publish(reference, actor.id, reason)
            _log(tx, "disclosure_published", published, actor, {"reason": reason, **_texts(published)})
            tx.tell(messages.disclosures.published(found, actor.id, reason))
            tx.wake()
            return published
        _log(tx, "disclosure_publish_refused", found, actor, {"message": refusal})
    raise RefusedError("may_not_publish_disclosure", refusal)


def _may_not(tx: Transaction, disclosure: Disclosure, actor: Actor, reason: str) -> str | None:
    refusal = why_not_in_the_group(tx, disclosure, actor)
    if refusal is None and disclosure.published_by is not None:
        refusal = f"{disclosure.reference} was published by {disclosure.published_by} before"
    if refusal is None and says_nothing(reason):
        refusal = "a reason is needed: why everybody may read it now"
    return refusal


def _texts(disclosure: Disclosure) -> dict[str, str]:
    """With the salt: the fingerprint in the entry `disclosure_filed` can be made again from these."""
    return {
        "summary": disclosure.summary,
        "rollback_plan": disclosure.rollback_plan,
        "salt": disclosure.salt,
        "fingerprint": disclosure.fingerprint,
        "filed_by": disclosure.filed_by,
    }


def _log(tx: Transaction, kind: str, disclosure: Disclosure, actor: Actor, more: dict[str, str]) -> None:
    payload = {"reference": disclosure.reference, **more}
    tx.log(kind, actor, release_id=disclosure.release_id, service=disclosure.service, payload=payload)
