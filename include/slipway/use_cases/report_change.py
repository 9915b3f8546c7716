"""A pipeline reports that it begins, and how it went, and asks meanwhile whether it may (R10)."""

from dataclasses import asdict, dataclass
from enum import StrEnum

from slipway.domain.act import act_until
from slipway.domain.activity import TurnState
from slipway.domain.errors import NotFoundError, RefusedError
from slipway.domain.json_value import JsonObject
from slipway.domain.policy.decide import decide
from slipway.domain.policy.decision import Facts
from slipway.domain.service import StageRole
from slipway.ports.store import Transaction
from slipway.use_cases.act_matter import Reporter
from slipway.use_cases.begin_act import begin_act
from slipway.use_cases.end_act import ActResult, end_act
from slipway.use_cases.facts import gather
from slipway.use_cases.keyed import answer_before, keep_answer
from slipway.use_cases.world import World


class Phase(StrEnum):
    """What is reported."""

    STARTED = "started"
    DONE = "done"
    UNDONE = "undone"
    FAILED = "failed"


@dataclass(frozen=True, kw_only=True)
class Report:
    """One report; the same key twice is one report."""

    key: str
    phase: Phase
    seen: str = ""


def report_change(world: World, who: Reporter, release_id: str, report: Report) -> JsonObject:
    """What follows. Raises NotFoundError, RefusedError; a refused one may be sent again with the same key."""
    scope, body = f"report:{release_id}", {"phase": report.phase.value, "seen": report.seen}
    with world.store.transaction() as tx:
        before = answer_before(tx, scope, report.key, body) if _is_its_own(tx, who, release_id) else None
    if before is not None:
        return before
    if report.phase is Phase.STARTED:
        activity = begin_act(world, release_id, who)
        detail = f"begun under permit; report the result by {activity.deadline:%Y-%m-%d %H:%M} UTC"
    else:
        detail = end_act(world, release_id, who, ActResult(report.phase.value), report.seen)
    answer = {"id": release_id, "phase": report.phase.value, "detail": detail}
    with world.store.transaction() as tx:
        keep_answer(tx, scope, report.key, body, answer)
    return answer


def _is_its_own(tx: Transaction, who: Reporter, release_id: str) -> bool:
    """Whether the token is of that service; whoever has another is refused, and that is logged, as if it were new."""
    release = tx.releases.get(release_id)
    return release is not None and release.service == who.token_for


def change_state(world: World, who: Reporter, release_id: str) -> JsonObject:
    """Whether the pipeline may begin now, and if not, every reason. Raises NotFoundError, RefusedError."""
    with world.store.transaction() as tx:
        release = tx.releases.get(release_id)
        if release is None or release.change is None:
            raise NotFoundError(f"there is no change {release_id}")
        if release.service != who.token_for:
            raise RefusedError("not_this_service", f"this token is for {who.token_for}, not for {release.service}")
        attempts = tx.releases.attempts(release_id)
        answer = {"id": release_id, "state": release.state, "outcome": release.outcome, "may_begin": False}
        if not attempts:
            return {**answer, "until": None, "blockers": []}
        facts = gather(tx, attempts[-1], StageRole.PROD)
        decision = decide(facts, tx.now)
        until = act_until(facts.stage.definition, facts.turn)
        return {
            **answer,
            "may_begin": decision.allowed and _has_the_slot(facts),
            "until": until,
            "blockers": [asdict(blocker) for blocker in decision.blockers],
        }


def _has_the_slot(facts: Facts) -> bool:
    turn = facts.turn
    return turn is not None and turn.state is TurnState.HOLDING and turn.slot_parked
