"""A first release ever that fails leaves a maintenance page, where its service names one, and not nothing (R18)."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from slipway.domain.errors import RefusedError
from slipway.domain.grant import Step
from slipway.domain.people import TeamRole
from slipway.domain.platform import Action, AuthorityRule, Eligibility
from slipway.domain.release import Attempt, Origin
from slipway.domain.service import Page, Service, StageRole
from slipway.ports.outside.checks import CheckStatus
from slipway.ports.outside.targets import DeployOrder
from slipway.use_cases.ask_approval import Asked
from slipway.use_cases.attempt_request import AttemptRequest
from slipway.use_cases.open_attempt import open_attempt
from slipway.use_cases.return_preprod import ask_returns
from slipway.use_cases.stop import stop
from tests.builders import AUTHORITY, DEV, PREPROD, PROD, a_service, platform_rules
from tests.rollbacks import ask, rolled_back, started
from tests.scene import TASK, Scene

PAGE = "1.0.0-maintenance"


def with_page(service: Service, *roles: StageRole, **more: Any) -> Service:
    """The same, with a page in the environments of these roles."""
    changed = {role: replace(service.stages[role], in_place_of_nothing=Page(version=PAGE), **more) for role in roles}
    return replace(service, stages={**service.stages, **changed})


@pytest.fixture
def scene(make_scene: Callable[..., Scene]) -> Scene:
    """Orders never ran anywhere; Prod has a page."""
    releaser = AuthorityRule(who=Eligibility(own_team=TeamRole.RELEASER), reason_required=True)
    made = make_scene(
        with_page(a_service(), PROD), rules=platform_rules(authority={**AUTHORITY, Action.ROLLBACK: releaser})
    )
    made.artefacts.publish("orders", PAGE, {"app.py": "back soon"})
    return made


def fails_in_prod(scene: Scene, version: str = "1.0") -> Attempt:
    """Smoke of this version fails in Prod, and its stage has ended."""
    attempt = scene.signed_off(version)

    def judge(order: DeployOrder) -> None:
        if (order.environment, order.artefact.version) == ("prod", version):
            scene.probe.verdicts[version] = CheckStatus.FAIL

    scene.target.after = judge
    assert scene.stage(attempt, PROD).outcome == "undone"
    return attempt


def runs_now(scene: Scene, attempt: Attempt, step: Step = Step.AUTHORISE) -> str:
    """What the form says of it."""
    asked = scene.ask(attempt, step)
    assert isinstance(asked, Asked)
    return next(line for line in asked.request.evidence.splitlines() if line.startswith("- Runs in"))


def test_a_first_release_ever_that_fails_in_prod_leaves_the_page_and_holds_the_service(scene: Scene) -> None:
    attempt = fails_in_prod(scene)
    assert scene.runs(PROD) == PAGE
    assert scene.target.removed == []
    page = scene.artefacts.resolve("orders", PAGE)
    with scene.store.transaction() as tx:
        runs = tx.records.deployed("orders", "prod")
        other = scene.release_of(scene.opened("1.1", by="rob"))
        assert len(tx.records.standing_holds("orders", "prod", other)) == 1
    assert (runs.version, runs.digest, runs.brought_back) == (PAGE, page.digest, True)
    stage = scene.stage_of(attempt, PROD)
    assert stage.previous_digest == page.digest
    assert "in place of nothing, which ran here before" in stage.detail
    assert scene.close(attempt).outcome == "rolled_back"


def test_who_decides_reads_what_a_failure_brings(scene: Scene) -> None:
    attempt = scene.dev_passed()
    assert runs_now(scene, attempt, Step.APPROVE) == "- Runs in preprod now: nothing; a failure removes it again"
    assert scene.answer(attempt, Step.APPROVE, "sam").kind == "granted"
    scene.stage(attempt, PREPROD)
    assert f"nothing; a failure brings {PAGE} (`sha256:" in runs_now(scene, attempt)


def test_what_comes_back_to_the_next_release_is_the_page(scene: Scene) -> None:
    failed = fails_in_prod(scene)
    scene.close(failed)
    fix = scene.opened("1.1", release_id=failed.release_id)
    scene.stage(fix, DEV)
    scene.grant(fix, Step.APPROVE, "sam")
    assert scene.stage(fix, PREPROD).outcome == "passed"
    assert f"- Runs in prod now: {PAGE}; that is what a failure brings back" == runs_now(scene, fix)
    scene.grant(fix, Step.AUTHORISE, "sam")
    scene.grant(fix, Step.SIGN_OFF, "sue")
    scene.turn(fix, PROD)
    scene.deploy(fix, PROD)
    assert scene.stage_of(fix, PROD).previous_version == PAGE
    assert scene.finish(fix, PROD).outcome == "undone"
    assert scene.runs(PROD) == PAGE


def test_one_person_goes_back_to_the_page_and_the_checks_of_the_service_are_not_for_it(scene: Scene) -> None:
    scene.live("1.0")
    scene.probe.verdicts[PAGE] = CheckStatus.FAIL
    attempt = started(scene, ask(scene).release.id)
    assert rolled_back(scene, attempt).outcome == "passed"
    assert scene.runs(PROD) == PAGE
    with scene.store.transaction() as tx:
        assert tx.records.why_bad("orders", attempt.digest) is None


def test_a_page_that_its_target_does_not_run_is_not_vouched_for(scene: Scene) -> None:
    scene.live("1.0")
    attempt = started(scene, ask(scene).release.id)
    scene.target.after = lambda order: scene.target.remove(order.service, order.environment, order.fencing)
    with pytest.raises(Exception, match="unknown"):
        rolled_back(scene, attempt)
    assert scene.finish(attempt, PROD).outcome == "live_uncertain"
    with scene.store.transaction() as tx:
        assert tx.records.why_bad("orders", attempt.digest) is None


def test_a_page_that_was_never_published_is_refused_when_it_is_asked_for(make_scene: Callable[..., Scene]) -> None:
    scene = make_scene(with_page(a_service(), PROD))
    with pytest.raises(RefusedError, match=f"nothing runs in prod, and {PAGE}") as refused:
        scene.opened("1.0")
    assert refused.value.code == "no_page"
    assert len(scene.log("release_refused")) == 1
    assert scene.opened("1.0", to=PREPROD).version == "1.0"


def test_where_something_runs_nobody_looks_for_the_page(make_scene: Callable[..., Scene]) -> None:
    scene = make_scene(with_page(a_service(), PROD))
    scene.long_live("0.9")
    attempt = scene.opened("1.0")
    assert scene.stage_of(attempt, PROD).definition.in_place_of_nothing == Page(version=PAGE)


def test_a_page_that_is_released_itself_has_nothing_else_to_bring(scene: Scene) -> None:
    attempt = scene.opened(PAGE)
    assert scene.stage_of(attempt, PROD).definition.in_place_of_nothing == Page(version=PAGE)


def test_nobody_means_the_page_by_the_newest_version(make_scene: Callable[..., Scene]) -> None:
    scene = make_scene(with_page(a_service(), PROD))
    scene.artefacts.publish("orders", "1.0", {"app.py": "new"})
    scene.artefacts.publish("orders", PAGE, {"app.py": "back soon"})
    run = AttemptRequest(
        service="orders",
        version=None,
        to=DEV,
        origin=Origin.SCHEDULE,
        actor=replace(TASK, id="schedule"),
        summary="",
        rollback_plan="",
        dag_id="dev__orders",
        run_id="nightly",
    )
    assert open_attempt(scene.world, run).version == "1.0"


def test_it_is_rehearsed_in_preprod_as_any_other_version(make_scene: Callable[..., Scene]) -> None:
    scene = make_scene(with_page(a_service(), PREPROD, rehearse_rollback=True))
    scene.artefacts.publish("orders", PAGE, {"app.py": "back soon"})
    scene.preprod_passed()
    brought = [order.artefact.version for order in scene.target.orders if order.environment == "preprod"]
    assert brought == ["1.0", PAGE, "1.0"]


def test_preprod_does_not_go_back_to_what_stands_in_for_nothing(scene: Scene) -> None:
    attempt = fails_in_prod(scene)
    scene.close(attempt)
    stop(scene.world, attempt.release_id, replace(TASK, id="rita"), "given up")
    ask_returns(scene.world)
    assert scene.log("rollback_asked") == []
    assert scene.runs(PREPROD) == "1.0"
