"""What a smoke suite comes to, and who is told of what does not block (R16)."""

import json
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import replace

import pytest

from slipway.domain.grant import Step
from slipway.domain.release import Attempt
from slipway.domain.service import Priority, Service, SmokeCheck, SmokeCommand, SmokeSuite
from slipway.ports.outside.checks import CheckResult, CheckStatus
from slipway.use_cases.ask_approval import Asked
from slipway.use_cases.smoke import SmokeFailedError
from slipway.use_cases.smoke_of_others import MOST_BROKEN
from tests.builders import DEV, a_service, people, platform_rules
from tests.scene import Scene

WARNED = "finds things: said pass because the test wanted it"
CHECKS = (
    SmokeCheck(name="answers", path="/"),
    SmokeCheck(name="finds things", path="/search", priority=Priority.WARNING),
)


@pytest.fixture
def scene(make_scene: Callable[..., Scene]) -> Scene:
    return make_scene(_checked(a_service()))


def _checked(service: Service) -> Service:
    suite = SmokeSuite(url="http://service", checks=CHECKS)
    return replace(service, stages={role: replace(stage, smoke=suite) for role, stage in service.stages.items()})


def form(scene: Scene, attempt: Attempt) -> str:
    """What those are shown who authorise Prod."""
    scene.ask(attempt, Step.AUTHORISE)
    with scene.store.transaction() as tx:
        asked = tx.grants.request(attempt.id, Step.AUTHORISE)
    assert asked is not None
    return asked.evidence


@pytest.mark.parametrize("status", [CheckStatus.FAIL, CheckStatus.UNKNOWN])
def test_a_warning_undoes_nothing_and_those_who_decide_are_shown_it(scene: Scene, status: CheckStatus) -> None:
    scene.probe.of_checks["finds things"] = status
    attempt = scene.preprod_passed()
    finished = json.loads(scene.log("smoke_finished")[-1])
    assert finished["verdict"] == "pass"
    assert [one["status"] for one in finished["checks"]] == ["pass", status.value]
    assert [one["priority"] for one in finished["checks"]] == ["blocking", "warning"]

    assert f"; **warnings**: `{WARNED}`" in form(scene, attempt)


def test_who_approves_preprod_is_shown_the_warnings_of_dev(scene: Scene) -> None:
    for version, status, is_shown in (("1.0", CheckStatus.PASS, False), ("1.1", CheckStatus.FAIL, True)):
        scene.probe.of_checks["finds things"] = status
        asked = scene.ask(scene.dev_passed(version), Step.APPROVE)
        assert isinstance(asked, Asked)
        assert (f"- **Warnings** in Dev: `{WARNED}`" in asked.request.evidence.splitlines()) is is_shown


def with_commands(scene: Scene, *commands: SmokeCommand) -> None:
    service = scene.definitions.services["orders"]
    suite = SmokeSuite(url="http://service", checks=CHECKS, commands=commands)
    stages = {role: replace(stage, smoke=suite) for role, stage in service.stages.items()}
    scene.definitions.services["orders"] = replace(service, stages=stages)


PYTEST = SmokeCommand(name="pytest", run=("pytest",))
LOAD = SmokeCommand(name="load", run=("k6",), priority=Priority.WARNING)


def test_suites_that_are_programs_run_after_the_checks_beside_the_artefacts_files(scene: Scene) -> None:
    with_commands(scene, PYTEST, LOAD)
    attempt = scene.opened("1.1", files={"smoke/test_orders.py": "import pytest"})
    scene.stage(attempt, DEV)
    values = {"url": "http://service", "version": "1.1", "digest": attempt.digest}
    assert scene.commands.runs == [
        ("pytest", values, ["app.py", "smoke/test_orders.py"]),
        ("load", values, ["app.py", "smoke/test_orders.py"]),
    ]
    finished = json.loads(scene.log("smoke_finished")[-1])
    assert [one["name"] for one in finished["checks"]] == ["answers", "finds things", "pytest", "load"]
    assert list(scene.world.workspace.iterdir()) == []


@pytest.mark.parametrize("status", [CheckStatus.FAIL, CheckStatus.UNKNOWN])
def test_a_suite_that_does_not_pass_ends_the_stage_and_a_warning_does_not(scene: Scene, status: CheckStatus) -> None:
    with_commands(scene, PYTEST, LOAD)
    scene.commands.verdicts["load"] = status
    scene.preprod_passed()
    scene.commands.verdicts["pytest"] = status
    attempt = scene.opened("1.1")
    with pytest.raises(SmokeFailedError, match=f"pytest: {status}"):
        scene.work(attempt, DEV)


def test_no_suite_runs_against_a_service_that_does_not_work(scene: Scene) -> None:
    with_commands(scene, PYTEST)
    scene.probe.of_checks["answers"] = CheckStatus.FAIL
    attempt = scene.opened()
    with pytest.raises(SmokeFailedError, match="pytest: unknown \\(not run: the checks before it did not pass"):
        scene.work(attempt, DEV)
    assert scene.commands.runs == []


def checked_with_others(scene: Scene, priority: Priority) -> None:
    """orders asks the others that run where it comes to."""
    service = scene.definitions.services["orders"]
    suite = SmokeSuite(url="http://service", checks=CHECKS, others=priority)
    stages = {role: replace(stage, smoke=suite) for role, stage in service.stages.items()}
    scene.definitions.services["orders"] = replace(service, stages=stages)


@pytest.fixture
def neighbours(make_scene: Callable[..., Scene]) -> Scene:
    made = make_scene(a_service(), _checked(a_service("basket")), a_service("kettle"))
    made.preprod_passed("1.0", service="basket")
    made.stage(made.opened("2.0", service="basket"), DEV)
    return made


def test_others_are_asked_for_what_blocks_in_the_version_that_runs_there(neighbours: Scene) -> None:
    checked_with_others(neighbours, Priority.BLOCKING)
    neighbours.stage(neighbours.opened("1.1"), DEV)
    suite, values = neighbours.probe.runs[-1]
    assert ([check.name for check in suite.checks], values["version"]) == (["answers"], "2.0")
    finished = json.loads(neighbours.log("smoke_finished")[-1])
    assert [one["name"] for one in finished["checks"]] == ["answers", "finds things", "other service basket"]
    assert finished["checks"][-1]["detail"] == "2.0: 1 checks passed"


def test_another_service_that_broke_ends_the_stage_where_that_is_said(neighbours: Scene) -> None:
    checked_with_others(neighbours, Priority.BLOCKING)
    neighbours.probe.verdicts["2.0"] = CheckStatus.FAIL
    with pytest.raises(SmokeFailedError, match=r"other service basket: fail \(answers: fail"):
        neighbours.work(neighbours.opened("1.1"), DEV)


def test_another_service_that_broke_is_a_warning_where_that_is_said(neighbours: Scene) -> None:
    checked_with_others(neighbours, Priority.WARNING)
    neighbours.probe.verdicts["2.0"] = CheckStatus.UNKNOWN
    neighbours.work(neighbours.opened("1.1"), DEV)
    assert json.loads(neighbours.log("smoke_finished")[-1])["checks"][-1]["status"] == "unknown"


def allow(scene: Scene, *hosts: str) -> None:
    """Puts a policy into effect by which smoke checks may ask these hosts."""
    scene.activate(platform_rules(smoke_hosts=hosts), people())


def test_a_host_that_is_no_longer_allowed_when_checks_are_sent_is_not_asked_and_no_pass(scene: Scene) -> None:
    with_commands(scene, PYTEST)
    scene.long_live("1.0")
    attempt = scene.opened("1.1")
    scene.turn(attempt, DEV)
    scene.deploy(attempt, DEV)
    allow(scene, "elsewhere")
    with pytest.raises(SmokeFailedError, match=r"smoke in dev: unknown\. answers: unknown \(its host may not be asked"):
        scene.smoke(attempt, DEV)
    assert (scene.probe.runs, scene.commands.runs) == ([], []), "no program gets the address or a token either"
    assert scene.finish(attempt, DEV).outcome == "undone"
    assert scene.runs(DEV) == "1.0"


def test_another_service_at_a_host_that_is_not_allowed_is_unknown_and_not_asked(neighbours: Scene) -> None:
    checked_with_others(neighbours, Priority.WARNING)
    orders = neighbours.definitions.services["orders"]
    stages = {
        role: replace(stage, smoke=SmokeSuite(url="http://orders", checks=CHECKS, others=Priority.WARNING))
        for role, stage in orders.stages.items()
    }
    neighbours.definitions.services["orders"] = replace(orders, stages=stages)
    allow(neighbours, "orders")
    neighbours.probe.runs.clear()
    neighbours.work(neighbours.opened("1.1"), DEV)
    assert [suite.url for suite, _ in neighbours.probe.runs] == ["http://orders"]
    other = json.loads(neighbours.log("smoke_finished")[-1])["checks"][-1]
    assert (other["name"], other["status"]) == ("other service basket", "unknown")
    assert "its host may not be asked" in other["detail"]


def test_nobody_waits_for_many_that_do_not_work(make_scene: Callable[..., Scene]) -> None:
    names = [f"other-{number}" for number in range(MOST_BROKEN + 2)]
    scene = make_scene(a_service(), *(_checked(a_service(name)) for name in names))
    for name in names:
        scene.stage(scene.opened("2.0", service=name), DEV)
    checked_with_others(scene, Priority.WARNING)
    scene.probe.verdicts["2.0"] = CheckStatus.FAIL
    scene.probe.runs.clear()
    scene.work(scene.opened("1.1"), DEV)
    assert len(scene.probe.runs) == 1 + MOST_BROKEN
    asked = json.loads(scene.log("smoke_finished")[-1])["checks"][2:]
    assert [one["status"] for one in asked] == ["fail"] * MOST_BROKEN + ["unknown"] * 2


def test_a_warning_that_passes_is_not_mentioned(scene: Scene) -> None:
    attempt = scene.preprod_passed()
    assert "**warnings**" not in form(scene, attempt)


@pytest.mark.parametrize(("status", "verdict"), [(CheckStatus.FAIL, "fail"), (CheckStatus.UNKNOWN, "unknown")])
def test_a_check_that_blocks_ends_the_stage_whatever_the_warnings_say(
    scene: Scene, status: CheckStatus, verdict: str
) -> None:
    scene.probe.of_checks["answers"] = status
    attempt = scene.opened("1.0")
    scene.turn(attempt, DEV)
    scene.deploy(attempt, DEV)
    with pytest.raises(SmokeFailedError, match=rf"smoke in dev: {verdict}\. answers: {verdict}"):
        scene.smoke(attempt, DEV)
    assert scene.finish(attempt, DEV).outcome == "undone"


class Says:
    """A probe whose warning fails with these words."""

    def __init__(self, words: str) -> None:
        self.words = words

    def run(self, suite: SmokeSuite, substitutions: Mapping[str, str], hosts: Collection[str]) -> Sequence[CheckResult]:
        return [
            CheckResult(name="answers", status=CheckStatus.PASS, detail="ok"),
            CheckResult(name="finds", status=CheckStatus.FAIL, detail=self.words, priority=Priority.WARNING),
        ]


@pytest.mark.parametrize("odd", ["\x00", "\ud800"])
def test_a_warning_with_what_no_database_can_keep_is_logged_all_the_same(scene: Scene, odd: str) -> None:
    object.__setattr__(scene.world, "probe", Says(f"bad {odd} byte"))
    scene.preprod_passed()
    assert json.loads(scene.log("smoke_finished")[-1])["checks"][-1]["detail"] == "bad \ufffd byte"
