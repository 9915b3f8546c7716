"""Live is watched on a running platform: unclear, so a person decides; failing, so it is brought back and held.

Who watches is killed meanwhile, and going back was rehearsed in Preprod before.
"""

import psutil
import pytest

from slipway.domain.grant import Step
from slipway.platform.client import wait_for
from tests.e2e.performance import story
from tests.e2e.story import PATIENCE, Row, Run, Scene

pytestmark = pytest.mark.e2e
ENOUGH = 4


def in_prod(run: Run) -> None:
    """Every answer up to the deploy to Prod, and then till the watch begins."""
    run.approve()
    run.authorise()
    run.until_logged("watch_began")


def seen(run: Run) -> list[Row]:
    """What the watch saw so far, the oldest first."""
    return run.scene.rows("SELECT at, value, problem FROM watch_sample WHERE attempt_id = :a ORDER BY at", a=run.id)


def lose_who_watches(run: Run) -> list[Row]:
    """The triggerer is killed in the middle of the watch; what it had seen by then."""
    before = wait_for(lambda: found if len(found := seen(run)) >= ENOUGH else None, PATIENCE, "a few looks")
    psutil.Process(run.scene.platform.process_ids()["triggerer"]).kill()
    return before


@story
def test_an_unclear_watch_asks_somebody_else_and_a_failing_one_brings_the_version_before_back(scene: Scene) -> None:
    first = scene.ask("observed", "1.0.0")
    in_prod(first)
    before = lose_who_watches(first)
    first.answer(Step.CONFIRM, first.team.colleague)
    first.until_logged("watch_finished", verdict="unknown")
    assert len(first.log("watch_began")) == 1
    assert seen(first)[: len(before)] == before, "it went on from what it had"
    shown = str(first.asked(Step.VERDICT))
    assert "only 0 of 13 looks saw anything" in shown
    refused = first.try_to_answer(Step.VERDICT, first.team.releaser, looked_by="me", looked_at="it")
    assert not refused.is_success
    grant = first.answer(Step.VERDICT, first.team.senior)
    assert grant["person"] == first.team.senior
    first.ends("live")
    assert first.stage("prod")["judged"] == "pass"

    run = scene.ask("observed", "1.1.0")
    in_prod(run)
    (rehearsed,) = run.log("rollback_rehearsed")
    assert (rehearsed["environment"], rehearsed["payload"]["to"]) == ("preprod", "1.0.0")
    deploys = [work.version for work in scene.recorder.works("observed", "preprod") if work.action == "deploy"]
    assert deploys[-3:] == ["1.1.0", "1.0.0", "1.1.0"]
    run.ends("rolled_back")
    assert scene.recorder.runs("observed", "prod") == "1.0.0"
    told = [entry["kind"] for entry in run.log("watch_finished", "undo_done", "hold_placed", "version_marked_bad")]
    assert told == ["watch_finished", "undo_done", "version_marked_bad", "hold_placed"]
    assert run.tasks()["prod.watch"] == "failed"
    run.until_logged("request_withdrawn", step="confirm")
