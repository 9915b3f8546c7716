"""What every deploy target does: the same cases on the fake and on each real one."""

import sys
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from slipway.adapters.targets.registry import TARGETS, Registry
from slipway.domain.errors import StaleFenceError, TargetError
from slipway.domain.service import TargetSettings
from slipway.ports.outside.artefacts import Artefact
from slipway.ports.outside.targets import DeployOrder, DeployTarget
from tests.fakes.deploy_endpoint import DeployEndpoint
from tests.fakes.deploy_target import FakeDeployTarget
from tests.fakes.service_process import NEVER_HEALTHY, free_port, write_service

TOOL = Path(__file__).parents[1] / "fakes" / "deploy_tool.py"


@dataclass
class Place:
    """A target, and how to make orders for it."""

    target: DeployTarget
    folder: Path

    def order(self, version: str, fencing: int = 1, seconds: float = 20) -> DeployOrder:
        folder = self.folder / "artefacts" / version
        write_service(folder, version)
        return DeployOrder(
            service="orders",
            environment="dev",
            artefact=Artefact(service="orders", version=version, digest=f"sha256:{version * 4}", size=1),
            folder=folder,
            fencing=fencing,
            deadline=datetime.now(UTC) + timedelta(seconds=seconds),
        )


@pytest.fixture(params=["fake", *TARGETS])
def place(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Place]:
    if request.param == "fake":
        fake = FakeDeployTarget()
        fake.never_healthy.add(NEVER_HEALTHY)
        yield Place(fake, tmp_path)
    elif request.param == "local_process":
        made = Registry(tmp_path / "state").target(TargetSettings(kind="local_process", options={"port": free_port()}))
        yield Place(made, tmp_path)
        made.remove("orders", "dev", 1000)
    elif request.param == "command":
        yield Place(Registry(tmp_path).target(_command_settings(tmp_path)), tmp_path)
    elif request.param == "http":
        with DeployEndpoint() as endpoint:
            options = {"deploy_url": f"{endpoint.url}/{{environment}}/{{service}}/deploys"}
            options["current_url"] = f"{endpoint.url}/{{environment}}/{{service}}"
            yield Place(Registry(tmp_path).target(TargetSettings(kind="http", options=options)), tmp_path)
    else:
        pytest.fail(f"{request.param} has no contract test: add one here")


def _command_settings(folder: Path) -> TargetSettings:
    tool = [sys.executable, str(TOOL), str(folder / "tool.json")]
    where = ["{environment}/{service}"]
    options = {
        "deploy": [*tool, "deploy", *where, "{fencing}", "{version}", "{digest}"],
        "current": [*tool, "current", *where],
        "remove": [*tool, "remove", *where, "{fencing}"],
        "stale_exit_code": 9,
    }
    return TargetSettings(kind="command", options=options)


def test_where_nothing_was_deployed_nothing_runs(place: Place) -> None:
    running = place.target.current("orders", "dev")
    assert (running.digest, running.version, running.healthy) == (None, None, False)


def test_a_deployed_artefact_runs_and_is_healthy(place: Place) -> None:
    place.target.deploy(place.order("1.0.0"))
    running = place.target.current("orders", "dev")
    assert (running.version, running.healthy) == ("1.0.0", True)
    assert running.digest == place.order("1.0.0").artefact.digest


def test_a_second_deploy_replaces_the_first(place: Place) -> None:
    place.target.deploy(place.order("1.0.0", fencing=1))
    place.target.deploy(place.order("1.1.0", fencing=2))
    assert place.target.current("orders", "dev").version == "1.1.0"


def test_an_outdated_owner_is_refused_and_changes_nothing(place: Place) -> None:
    place.target.deploy(place.order("1.1.0", fencing=7))
    with pytest.raises(StaleFenceError, match="outdated"):
        place.target.deploy(place.order("1.0.0", fencing=6))
    running = place.target.current("orders", "dev")
    assert (running.version, running.healthy) == ("1.1.0", True)


def test_the_same_owner_may_deploy_again_as_when_it_rolls_back(place: Place) -> None:
    place.target.deploy(place.order("1.1.0", fencing=7))
    place.target.deploy(place.order("1.0.0", fencing=7))
    assert place.target.current("orders", "dev").version == "1.0.0"


def test_an_artefact_that_never_becomes_healthy_fails_and_is_never_reported_healthy(place: Place) -> None:
    place.target.deploy(place.order("1.0.0", fencing=1))
    with pytest.raises(TargetError):
        place.target.deploy(place.order(NEVER_HEALTHY, fencing=2, seconds=1))
    running = place.target.current("orders", "dev")
    assert not (running.healthy and running.version == NEVER_HEALTHY)


def test_after_a_failure_the_previous_artefact_can_be_brought_back(place: Place) -> None:
    place.target.deploy(place.order("1.0.0", fencing=1))
    with pytest.raises(TargetError):
        place.target.deploy(place.order(NEVER_HEALTHY, fencing=2, seconds=1))
    place.target.deploy(place.order("1.0.0", fencing=2))
    running = place.target.current("orders", "dev")
    assert (running.version, running.healthy) == ("1.0.0", True)


def test_a_deploy_whose_deadline_has_passed_fails(place: Place) -> None:
    with pytest.raises(TargetError):
        place.target.deploy(place.order("1.0.0", seconds=-1))
    assert not place.target.current("orders", "dev").healthy


def test_after_remove_nothing_runs(place: Place) -> None:
    place.target.deploy(place.order("1.0.0", fencing=1))
    place.target.remove("orders", "dev", 2)
    running = place.target.current("orders", "dev")
    assert (running.digest, running.healthy) == (None, False)


def test_an_outdated_owner_cannot_remove(place: Place) -> None:
    place.target.deploy(place.order("1.0.0", fencing=5))
    with pytest.raises(StaleFenceError):
        place.target.remove("orders", "dev", 4)
    assert place.target.current("orders", "dev").healthy


def test_the_fence_outlives_a_remove(place: Place) -> None:
    place.target.deploy(place.order("1.0.0", fencing=5))
    place.target.remove("orders", "dev", 6)
    with pytest.raises(StaleFenceError):
        place.target.deploy(place.order("1.0.0", fencing=5))


def test_environments_do_not_see_each_other(place: Place) -> None:
    place.target.deploy(place.order("1.0.0"))
    assert not place.target.current("orders", "prod").healthy
