"""Records that the pool's slot is really held for a turn, and tells when it may be let go (R12)."""

from slipway.domain.activity import TurnState, lane_of
from slipway.domain.service import StageRole
from slipway.ports.values import Actor
from slipway.use_cases.world import World


def park_slot(world: World, attempt_id: str, role: StageRole, actor: Actor) -> bool:
    """True: the slot is parked and must be held. False: the lane is no longer this stage's, let go at once."""
    with world.store.transaction() as tx:
        attempt = tx.releases.lock_attempt(attempt_id)
        turn = tx.turns.find(attempt_id, role)
        if turn is None or turn.state is not TurnState.HOLDING:
            return False
        if not turn.slot_parked and tx.turns.park(turn.id):
            environment = tx.stages.get(attempt_id, role).environment
            payload = {"lane": lane_of(role, attempt.service), "fencing": turn.fencing}
            tx.log("slot_parked", actor, attempt=attempt, environment=environment, payload=payload)
            tx.wake()
        return True


def slot_is_parked(world: World, attempt_id: str, role: StageRole) -> bool:
    """Whether the stage's slot is parked, or its turn is over anyway. Reads only."""
    with world.store.transaction() as tx:
        turn = tx.turns.find(attempt_id, role)
        return turn is None or turn.state is not TurnState.HOLDING or turn.slot_parked


def lane_is_freed(world: World, attempt_id: str, role: StageRole) -> bool:
    """Whether the stage's turn is over, so that the pool's slot may be let go. Reads only."""
    with world.store.transaction() as tx:
        turn = tx.turns.find(attempt_id, role)
        return turn is None or turn.state is not TurnState.HOLDING
