"""Ends an attempt whose stages have all ended, and says where its release stands now."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from slipway.domain import messages
from slipway.domain.release import Outcome, ReleaseState, Stage, StageOutcome, attempt_outcome
from slipway.ports.values import Actor
from slipway.use_cases.do_activity import TaskWorker
from slipway.use_cases.facts import release_of
from slipway.use_cases.finish_stage import finish_stage
from slipway.use_cases.stays_in_preprod import stays_in_preprod
from slipway.use_cases.try_bad_again import why_not_again
from slipway.use_cases.world import World


@dataclass(frozen=True, kw_only=True)
class Closing:
    """`outcome` None: a stage is not finished yet; call again."""

    outcome: Outcome | None
    detail: str


def close_attempt(world: World, attempt_id: str, task: TaskWorker, actor: Actor) -> Closing:
    """Finishes stages that nobody finished, then writes the attempt's outcome, once."""
    with world.store.transaction() as tx:
        attempt = tx.releases.lock_attempt(attempt_id)
        stages = tx.stages.of_attempt(attempt_id)
    if attempt.outcome is not None:
        return Closing(outcome=attempt.outcome, detail=_detail(stages))
    for stage in stages:
        finish = finish_stage(world, attempt_id, stage.role, task, actor)
        if finish.outcome is None:
            return Closing(outcome=None, detail=f"{stage.environment}: {finish.detail}")
        if not finish.outcome.lets_the_next_stage_start:
            break
    return _record(world, attempt_id, actor)


def _record(world: World, attempt_id: str, actor: Actor) -> Closing:
    with world.store.transaction() as tx:
        attempt = tx.releases.lock_attempt(attempt_id)
        stages = tx.stages.of_attempt(attempt_id)
        detail = _detail(stages)
        if attempt.outcome is not None:
            return Closing(outcome=attempt.outcome, detail=detail)
        outcome = attempt_outcome((s.role, s.outcome) for s in stages if s.outcome is not None)
        for stage in stages:
            if stage.outcome is None:
                reason = "an earlier stage did not let it start"
                tx.stages.finish(attempt_id, stage.role, StageOutcome.NOT_STARTED, reason)
        tx.releases.end_attempt(attempt_id, outcome)
        awaits_retry = outcome.awaits_retry and not attempt.is_rollback
        state = ReleaseState.AWAITING_RETRY if awaits_retry else ReleaseState.ENDED
        tx.releases.set_state(attempt.release_id, state, outcome)
        payload = {"outcome": outcome.value, "release_state": state.value, "detail": detail}
        tx.log("attempt_ended", actor, attempt=attempt, payload=payload)
        waits_for_people = awaits_retry and outcome is not Outcome.RENEWED
        expires = tx.now + timedelta(minutes=tx.policy().platform.retry_life_minutes) if waits_for_people else None
        stays = stays_in_preprod(tx, attempt, outcome)
        is_live = outcome is Outcome.LIVE and not attempt.is_rollback
        release = release_of(tx, attempt)
        tx.tell(
            messages.releases.ended(
                attempt,
                outcome,
                detail,
                world.base_url,
                marked_bad=why_not_again(tx, attempt),
                expires=expires,
                stays=stays is not None,
                holds=tx.records.failure_holds(attempt.service) if is_live else {},
                awaiting=[one.id for one in tx.releases.fixed_and_awaiting_retry(release)] if is_live else [],
            )
        )
        if stays is not None:
            tx.tell(messages.rollbacks.preprod_stays(attempt, stays, outcome))
        tx.wake()
        return Closing(outcome=outcome, detail=detail)


def _detail(stages: Sequence[Stage]) -> str:
    """What each stage says of its end; what several say is said once."""
    ended = [stage for stage in stages if stage.outcome is not None]
    said = dict.fromkeys(stage.detail for stage in ended)
    where = {detail: ", ".join(stage.environment for stage in ended if stage.detail == detail) for detail in said}
    return "; ".join(f"{environments}: {detail}" for detail, environments in where.items())
