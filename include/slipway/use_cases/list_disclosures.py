"""Lists the texts of security releases, without the texts: all about them for who may read them, else references."""

from collections.abc import Sequence

from slipway.domain.disclosure import Disclosure
from slipway.domain.json_value import JsonObject
from slipway.ports.values import Actor
from slipway.use_cases.read_disclosure import why_not_in_the_group
from slipway.use_cases.world import World


def list_disclosures(world: World, actor: Actor) -> Sequence[JsonObject]:
    """The newest first. What somebody may not read is in the log, once a list."""
    with world.store.transaction() as tx:
        found = [
            (one, None if one.published_by else why_not_in_the_group(tx, one, actor)) for one in tx.disclosures.all()
        ]
        refused = {one.reference: refusal for one, refusal in found if refusal is not None}
        if refused:
            payload = {"reference": ", ".join(refused), "message": "; ".join(dict.fromkeys(refused.values()))}
            tx.log("disclosure_read_refused", actor, payload=payload)
        return [_told(one, may_read=refusal is None) for one, refusal in found]


def _told(disclosure: Disclosure, *, may_read: bool) -> JsonObject:
    if not may_read:
        return {"reference": disclosure.reference, "may_read": False}
    return {
        "reference": disclosure.reference,
        "may_read": True,
        "service": disclosure.service,
        "release_id": disclosure.release_id,
        "filed_by": disclosure.filed_by,
        "at": disclosure.filed_at,
        "published_by": disclosure.published_by,
    }
