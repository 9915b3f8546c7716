"""Two people free a lane: the stage ends as it stands, and nothing of it can go on."""

import json

import pytest

from slipway.domain.errors import RefusedError, SlipwayError
from slipway.domain.release import Attempt
from slipway.domain.service import StageRole
from slipway.use_cases.take_turn import TurnAnswer
from tests.builders import PREPROD, PROD
from tests.integration.use_cases.test_two_people import ask, second
from tests.scene import ProcessKilledError, Scene, killed


def broken(scene: Scene, attempt: Attempt) -> None:
    second(scene, "mona", ask(scene, "lena", attempt).id)


def free(scene: Scene, role: StageRole) -> bool:
    with scene.store.transaction() as tx:
        return tx.turns.holder("live") is None and tx.leases.live("orders", role.value) is None


def test_before_anything_was_touched_the_next_in_line_goes_on_and_a_retry_is_possible(scene: Scene) -> None:
    stuck = scene.approved("1.0")
    scene.turn(stuck, PREPROD)

    broken(scene, stuck)

    assert free(scene, PREPROD)
    stage = scene.stage_of(stuck, PREPROD)
    assert stage.outcome == "not_started"
    assert "broken by lena and mona: it is stuck: nothing was touched" in stage.detail
    with pytest.raises(SlipwayError, match="stage_ended"):
        scene.deploy(stuck, PREPROD)
    assert scene.close(stuck).outcome == "failed"
    assert scene.release_of(stuck).state == "awaiting_retry"
    assert scene.turn(scene.approved("1.1", by="rob"), PREPROD).answer is TurnAnswer.TAKEN
    payload = json.loads(scene.log("lease_broken")[0])
    assert (payload["first"], payload["second"], payload["reason"]) == ("lena", "mona", "it is stuck")


def test_over_open_work_it_is_refused_with_what_to_do(scene: Scene) -> None:
    attempt = scene.approved()
    scene.turn(attempt, PREPROD)
    scene.target.before = killed
    with pytest.raises(ProcessKilledError):
        scene.deploy(attempt, PREPROD)

    with pytest.raises(RefusedError, match=r"never broken over open work.*slipway activity quarantine"):
        ask(scene, "lena", attempt)

    assert not free(scene, PREPROD)


def test_work_that_was_opened_after_the_first_call_is_not_broken_over(scene: Scene) -> None:
    attempt = scene.approved()
    scene.turn(attempt, PREPROD)
    pending = ask(scene, "lena", attempt)
    scene.target.before = killed
    with pytest.raises(ProcessKilledError):
        scene.deploy(attempt, PREPROD)

    with pytest.raises(RefusedError, match="open work"):
        second(scene, "mona", pending.id)

    assert not free(scene, PREPROD)


def test_what_was_deployed_and_not_proven_is_uncertain_and_is_not_undone_later(scene: Scene) -> None:
    scene.long_live("1.0")
    stuck = scene.approved("1.1")
    scene.turn(stuck, PREPROD)
    scene.deploy(stuck, PREPROD)

    broken(scene, stuck)

    assert free(scene, PREPROD)
    assert scene.finish(stuck, PREPROD).outcome == "live_uncertain"
    assert scene.runs(PREPROD) == "1.1"
    assert not scene.log("undo_started")


def test_what_passed_in_preprod_stays_passed(scene: Scene) -> None:
    attempt = scene.approved()
    scene.work(attempt, PREPROD)
    broken(scene, attempt)
    assert scene.finish(attempt, PREPROD).outcome == "passed"


def test_live_without_its_confirmation_is_unverified_and_held(scene: Scene) -> None:
    attempt = scene.signed_off()
    scene.work(attempt, PROD)

    broken(scene, attempt)

    assert free(scene, PROD)
    assert scene.stage_of(attempt, PROD).outcome == "unverified"
    other = scene.opened("1.1", by="rob")
    with scene.store.transaction() as tx:
        assert len(tx.records.standing_holds("orders", "prod", scene.release_of(other))) == 1


def test_who_holds_nothing_has_nothing_to_break(scene: Scene) -> None:
    attempt = scene.approved()
    with pytest.raises(RefusedError, match="nothing to break"):
        ask(scene, "lena", attempt)
