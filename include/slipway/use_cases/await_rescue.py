"""A start that a rescue holds back waits where it costs nobody anything: till it may be tried again, or must end."""

from slipway.domain.activity import TurnState
from slipway.domain.policy.decide import decide
from slipway.domain.policy.decision import Decision
from slipway.domain.service import StageRole
from slipway.ports.store import Transaction
from slipway.ports.values import Actor
from slipway.use_cases.facts import gather
from slipway.use_cases.open_activity import held_back_by_a_rescue
from slipway.use_cases.world import World


def is_held_back(world: World, attempt_id: str, role: StageRole, actor: Actor) -> bool:
    """Whether a stage that has its turn, and no permit yet, must wait for the end of a rescue; written if so."""
    with world.store.transaction() as tx:
        decision = _held_back(tx, attempt_id, role)
        if decision is None:
            return False
        blockers = [f"{blocker.code}: {blocker.message}" for blocker in decision.blockers]
        environment = tx.stages.get(attempt_id, role).environment
        attempt = tx.releases.attempt(attempt_id)
        tx.log("start_held_back", actor, attempt=attempt, environment=environment, payload={"blockers": blockers})
        return True


def may_start_again(world: World, attempt_id: str, role: StageRole) -> bool:
    """Whether a start that was held back should be tried again: no rescue runs, or the stage must end. Reads only."""
    with world.store.transaction() as tx:
        return _held_back(tx, attempt_id, role) is None


def _held_back(tx: Transaction, attempt_id: str, role: StageRole) -> Decision | None:
    """By what, where nothing but the end of a rescue is waited for; None too for a stage that is at work."""
    attempt = tx.releases.attempt(attempt_id)
    if attempt is None or tx.permits.find(attempt_id, role) is not None:
        return None
    facts = gather(tx, attempt, role)
    has_its_turn = facts.turn is not None and facts.turn.state is TurnState.HOLDING
    decision = decide(facts, tx.now)
    return decision if has_its_turn and held_back_by_a_rescue(decision) else None
