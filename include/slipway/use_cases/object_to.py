"""Somebody objects to a release: its service is held, and the release's log says so (R14)."""

from slipway.domain.errors import NotFoundError
from slipway.ports.values import Actor
from slipway.use_cases.place_hold import HoldRequest, HoldScope, place_hold
from slipway.use_cases.world import World


def object_to(world: World, release_id: str, reason: str, actor: Actor) -> int:
    """The number of the hold: an absolute one where the release waits for no other. Raises NotFoundError, RefusedError.

    Who may hold may object; a refusal is in the log."""
    with world.store.transaction() as tx:
        release = tx.releases.get(release_id)
    if release is None:
        raise NotFoundError(f"there is no release {release_id}; `slipway status` lists them")
    request = HoldRequest(
        scope=HoldScope.SERVICE,
        name=release.service,
        reason=reason,
        absolute=release.kind.rank > 0,
        objects_to=release.id,
    )
    return place_hold(world, request, actor)
