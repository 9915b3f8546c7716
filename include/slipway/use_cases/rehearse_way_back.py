"""Goes back to what ran before, and forth again, each as a deploy of its own under the stage's one permit (R18)."""

from functools import partial

from slipway.domain.activity import Activity, ActivityKind
from slipway.domain.release import Attempt
from slipway.domain.service import StageRole
from slipway.domain.way_back_rehearsal import BACK, FORTH_AGAIN
from slipway.ports.values import Actor
from slipway.use_cases.deploy_to import bring_back, refuse_unless_there
from slipway.use_cases.do_activity import TaskWorker, Work, do_activity
from slipway.use_cases.open_activity import open_activity
from slipway.use_cases.way_back_tried import why_not_rehearsed
from slipway.use_cases.world import World


def rehearse_way_back(
    world: World, attempt: Attempt, role: StageRole, task: TaskWorker, actor: Actor, bring: Work
) -> str:
    """What came of it, in words; `bring` brings the new artefact again. Raises what its deploys raise.

    The schema stays: where what ran before was not seen to run on it, nothing is rehearsed."""
    with world.store.transaction() as tx:
        stage = tx.stages.get(attempt.id, role)  # as the permit left it: it says what ran before
        because = why_not_rehearsed(tx, attempt, stage)
    if because is not None:
        return f"going back was not rehearsed: {because}"

    def go_back(activity: Activity, lock_fd: int) -> str:
        words = bring_back(world, attempt.service, stage, activity, lock_fd)
        refuse_unless_there(world, attempt.service, stage, activity)
        return words

    details = [
        do_activity(
            world,
            attempt.id,
            role,
            ActivityKind.DEPLOY,
            task,
            stage.definition.deploy_deadline_seconds,
            actor,
            work,
            opens=partial(open_activity, number=number),
        ).detail
        for number, work in ((BACK, go_back), (FORTH_AGAIN, bring))
    ]
    return "; ".join(details)
