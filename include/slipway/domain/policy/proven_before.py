"""Nothing goes on that was not proven in the environment before, byte for byte (R2, R3)."""

from collections.abc import Iterator
from datetime import datetime

from slipway.domain.policy.decision import Blocker, Facts
from slipway.domain.policy.next_attempt import by_next_attempt
from slipway.domain.release import StageOutcome


def check(facts: Facts, now: datetime) -> Iterator[Blocker]:
    """`not_proven` for each stage before that has not passed; `preprod_moved_on` where it runs something else now."""
    for stage in facts.stages_before:
        if stage.outcome is None or not stage.outcome.lets_the_next_stage_start:
            yield Blocker(
                code="not_proven",
                message=f"{stage.environment} has not passed for {facts.attempt.version}"
                f" ({stage.outcome or 'not finished'})",
                cleared_by=f"a pass in {stage.environment}"
                + (f", in {by_next_attempt(facts)}" if stage.outcome or stage.ending else ""),
            )
        elif stage.role.on_live_path and stage.outcome is not StageOutcome.NOT_APPLICABLE:
            yield from _still_runs(facts, stage.environment)


def _still_runs(facts: Facts, environment: str) -> Iterator[Blocker]:
    runs = facts.runs_before.get(environment)
    if runs != facts.attempt.digest:
        yield Blocker(
            code="preprod_moved_on",
            message=f"{environment} no longer runs {facts.attempt.version} ({facts.attempt.digest[:19]}…)"
            f" but {runs[:19] + '…' if runs else 'nothing'}",
            cleared_by="a new attempt, which proves it there again",
        )
