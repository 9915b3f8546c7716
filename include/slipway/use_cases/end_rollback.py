"""Says how going back went: how long it took to restore the service, or, where it did not work, what truly runs."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from slipway.domain.activity import Activity
from slipway.domain.errors import SlipwayError
from slipway.domain.release import Attempt, Stage, StageOutcome
from slipway.domain.restored import restored
from slipway.domain.rollback import in_words
from slipway.domain.service import StageRole
from slipway.domain.stage_ending import Ending
from slipway.ports.store import Transaction
from slipway.ports.values import Actor
from slipway.use_cases.facts import release_of
from slipway.use_cases.world import World


def what_runs(world: World, attempt: Attempt, stage: Stage) -> str:
    """The target's own answer, in words."""
    assert stage.definition.target is not None, "what was deployed there has a target"
    try:
        running = world.targets.target(stage.definition.target).current(attempt.service, stage.environment)
    except SlipwayError as error:
        return f"nobody knows what runs in {stage.environment}: {error}"
    if running.digest is None:
        return f"nothing runs in {stage.environment}"
    health = "healthy" if running.healthy else "not healthy"
    return f"{running.version or running.digest[:19]} runs in {stage.environment}, {health}"


def how_it_went(tx: Transaction, attempt: Attempt, stage: Stage, ending: Ending, seen: str, actor: Actor) -> Ending:
    """The ending with what people need to know; a service that is back is in the log with its times."""
    release = release_of(tx, attempt)
    rollback = release.rollback
    assert rollback is not None, "only rollbacks end here"
    if ending.outcome is StageOutcome.LIVE_UNCERTAIN:
        return replace(ending, detail=f"{ending.detail}. The target says: {seen}")
    if ending.outcome is not StageOutcome.PASSED or not rollback.is_rescue:
        return ending
    took = tx.now - release.requested_at
    payload: dict[str, Any] = {
        "from": rollback.from_version,
        "to": rollback.version,
        "asked_at": release.requested_at.isoformat(),
        "seconds": round(took.total_seconds(), 1),
    }
    words = f"restored {in_words(took)} after it was asked for"
    if rollback.since is not None:
        payload["failed_since"] = rollback.since.isoformat()
        words += f", {in_words(tx.now - rollback.since)} after {rollback.from_version} came to run"
    tx.log("service_restored", actor, attempt=attempt, environment=stage.environment, payload=payload)
    return replace(ending, detail=f"{ending.detail}; {words}")


def how_long_it_took(
    tx: Transaction, attempt: Attempt, stage: Stage, activities: Sequence[Activity], ending: Ending, actor: Actor
) -> Ending:
    """The same of a stage in Prod that was undone: from the first that said no until what ran before was back.

    Where a person rolls it back meanwhile, that rollback says it."""
    if stage.role is not StageRole.PROD or ending.outcome is not StageOutcome.UNDONE:
        return ending
    back = restored(attempt, stage, activities, tx.stages.objections(attempt.id, stage.role))
    if back is None or any(
        other.rollback is not None and other.rollback.from_attempt == attempt.id
        for other in tx.releases.open_rollbacks(attempt.service)
    ):
        return ending
    tx.log("service_restored", actor, attempt=attempt, environment=stage.environment, payload=back.as_json())
    return replace(ending, detail=f"{ending.detail}; {back}")
