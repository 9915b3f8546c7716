"""Several processes at once: what must happen once happens once."""

from collections.abc import Callable
from functools import partial

from slipway.domain.grant import Step
from slipway.domain.release import Attempt
from slipway.domain.service import StageRole
from slipway.use_cases.open_activity import NotPermittedError
from slipway.use_cases.take_turn import TurnAnswer
from tests.at_once import attempted, together
from tests.builders import PREPROD, PROD, a_service
from tests.scene import Scene


def test_two_who_finish_a_stage_undo_it_once(scene: Scene) -> None:
    scene.long_live("1.0")
    attempt = scene.approved("1.1")
    scene.turn(attempt, PREPROD)
    scene.deploy(attempt, PREPROD)
    results = together(*[lambda: scene.finish(attempt, PREPROD)] * 4)
    assert {result.outcome for result in results} <= {None, "undone"}
    assert scene.finish(attempt, PREPROD).outcome == "undone"
    assert len(scene.log("undo_started")) == 1
    assert len(scene.log("stage_finished")) == 2, "Dev's and Preprod's"


def test_two_starts_of_a_deploy_deploy_once(scene: Scene) -> None:
    attempt = scene.approved("1.0")
    scene.turn(attempt, PREPROD)
    together(*[lambda: scene.deploy(attempt, PREPROD)] * 3)
    assert sum(order.environment == "preprod" for order in scene.target.orders) == 1


def test_of_several_who_take_the_turn_one_gets_it(make_scene: Callable[..., Scene]) -> None:
    scene = make_scene(*(a_service(name) for name in ("orders", "forms", "greeter")))
    attempts = [scene.approved("1.0", service=name) for name in ("orders", "forms", "greeter")]
    results = together(*[partial(scene.turn, attempt, PREPROD) for attempt in attempts])
    assert sorted(result.answer for result in results) == ["taken", "wait", "wait"]
    (winner,) = [a for a, result in zip(attempts, results, strict=True) if result.answer is TurnAnswer.TAKEN]
    assert scene.deploy(winner, PREPROD)


def test_the_same_run_opened_by_two_at_once_is_one_attempt(scene: Scene) -> None:
    scene.opened("1.0", to=PROD, run_id="other")
    first, second = together(*[lambda: scene.opened("1.0", run_id="the run")] * 2)
    assert first == second


def test_of_two_requests_at_once_one_replaces_the_other(scene: Scene) -> None:
    scene.artefacts.publish("orders", "1.0", {})
    first, second = together(lambda: scene.opened("1.0", by="rita"), lambda: scene.opened("1.0", by="rob"))
    older, newer = sorted([first, second], key=lambda attempt: int(attempt.release_id[1:]))
    endings = {a.id: [scene.stage_of(a, role).ending for role in StageRole] for a in (older, newer)}
    assert endings == {older.id: ["superseded", None, None], newer.id: [None, None, None]}


def test_two_retries_at_once_open_one_attempt(scene: Scene) -> None:
    scene.target.never_healthy = {"1.0"}
    attempt = scene.dev_passed("1.0")
    scene.close(attempt)
    retry = partial(attempted, partial(scene.opened, "1.1", release_id=attempt.release_id))
    results = together(retry, retry)
    assert sorted(type(result).__name__ for result in results) == ["Attempt", "RefusedError"]


def test_two_answers_at_once_give_one_grant(scene: Scene) -> None:
    attempt = scene.dev_passed()
    scene.ask(attempt, Step.APPROVE)
    together(
        lambda: scene.answer(attempt, Step.APPROVE, "sam"), lambda: scene.answer(attempt, Step.APPROVE, "sue", "Reject")
    )
    assert len(scene.log("grant_given")) + len(scene.log("rejected")) == 1
    assert len(scene.log("answer_refused")) == 1


def test_superseding_at_the_instant_of_the_permit_is_one_or_the_other(scene: Scene) -> None:
    for number in range(3):
        attempt = scene.approved(f"1.{number}")
        scene.turn(attempt, PREPROD)
        scene.artefacts.publish("orders", f"2.{number}", {"n": str(number)})
        deployed, newer = together(
            partial(attempted, partial(scene.deploy, attempt, PREPROD)),
            partial(attempted, partial(scene.opened, f"2.{number}", by="rob")),
        )
        refused = isinstance(deployed, NotPermittedError)
        assert (scene.stage_of(attempt, PREPROD).ending == "superseded") is refused
        assert isinstance(newer, Attempt)
        for each in (attempt, newer):
            assert scene.close(each).outcome is not None
