"""When an urgent release may take over from one that is only watched in Prod, and how that one then ends (R20)."""

from collections.abc import Sequence

from slipway.domain.activity import Activity, ActivityKind
from slipway.domain.release import Attempt, Release, Stage, StageOutcome
from slipway.domain.service import StageRole
from slipway.domain.stage_ending import Ending, how_it_ends


def is_at_rest(attempt: Attempt, stage: Stage, activities: Sequence[Activity]) -> bool:
    """In Prod, smoke passed, and nobody has said no since: what is waited for is time and people, not machines."""
    return (
        stage.role is StageRole.PROD
        and stage.outcome is None
        and stage.smoke == "pass"
        and not stage.said_no
        and attempt.stop_requested_by is None
        and all(done.state.succeeded and done.kind is not ActivityKind.UNDO for done in activities)
    )


def why_urgent(release: Release) -> str:
    """For log, queue and messages. Of a security change, the summary is the reference of its texts and no more."""
    return f"{release.kind} {release.id}, asked for by {release.requested_by}: {release.summary}"


def how_the_overtaken_ends(attempt: Attempt, stage: Stage, activities: Sequence[Activity], by: Attempt) -> Ending:
    """It is never undone. A verdict that is in stays; one that is owed passes to who overtook it."""
    ending = how_it_ends(attempt, stage, activities)
    if ending.outcome is StageOutcome.PASSED:
        return ending
    detail = f"overtaken by {by.id}, which changes {by.service} in {stage.environment} and whose verdict covers both"
    return Ending(outcome=StageOutcome.SUPERSEDED, detail=detail)
