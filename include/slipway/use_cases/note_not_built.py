"""Says honestly, in the log, that a step exists in the shape of a release but checks nothing yet."""

from slipway.domain.service import StageRole
from slipway.ports.values import Actor
from slipway.use_cases.world import World

NOT_BUILT = "not yet built: nothing was checked"


def note_not_built(world: World, attempt_id: str, role: StageRole, step: str, actor: Actor) -> str:
    """Writes `nothing_checked` for this step; a stage without work needs no such note."""
    with world.store.transaction() as tx:
        attempt = tx.releases.lock_attempt(attempt_id)
        stage = tx.stages.get(attempt_id, role)
        if stage.outcome is not None and stage.outcome.has_no_work:
            return stage.detail
        payload = {"step": step, "detail": NOT_BUILT}
        tx.log("nothing_checked", actor, attempt=attempt, environment=stage.environment, payload=payload)
        return NOT_BUILT
