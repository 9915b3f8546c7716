"""Which pipeline speaks, by the secret it shows."""

from slipway.domain.errors import RefusedError
from slipway.domain.service_token import hash_of, why_not_usable
from slipway.ports.store import ReleaseStore
from slipway.ports.values import Actor
from slipway.use_cases.act_matter import Reporter
from slipway.use_cases.world import World

VIA = "service_token"


def whose_token(store: ReleaseStore, secret: str) -> Actor | None:
    """Whose secret it is, whether or not it counts any more: for the log, never for a decision."""
    with store.transaction() as tx:
        token = tx.tokens.by_hash(hash_of(secret))
    return None if token is None else Actor(id=token.actor, via=VIA)


def know_pipeline(world: World, secret: str) -> Reporter:
    """Whoever has this secret. Raises RefusedError; that a known token was refused is in the log."""
    with world.store.transaction() as tx:
        token = tx.tokens.by_hash(hash_of(secret))
        if token is None:
            raise RefusedError("unknown_token", "this is no service token of this platform")
        actor = Actor(id=token.actor, via=VIA)
        refusal = why_not_usable(token, tx.now)
        if refusal is not None:
            tx.log("service_token_refused", actor, service=token.service, payload={"message": refusal})
    if refusal is not None:
        raise RefusedError("token_refused", refusal)
    return Reporter(actor=actor, token_for=token.service)
