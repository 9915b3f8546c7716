"""The http target beyond the contract: endpoints that are away, slow, or talk nonsense."""

import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from slipway.adapters.targets.registry import Registry
from slipway.domain.errors import StaleFenceError, TargetError
from slipway.domain.service import TargetSettings
from slipway.ports.outside.artefacts import Artefact
from slipway.ports.outside.targets import DeployOrder, DeployTarget
from tests.fakes.deploy_endpoint import Answer, DeployEndpoint
from tests.fakes.endless import Endless, dripping_body, dripping_head, flood
from tests.fakes.service_process import free_port

RUNNING = {"digest": "sha256:11", "version": "1.0.0", "healthy": True}


def target(url: str, **options: str | float) -> DeployTarget:
    values = {"deploy_url": f"{url}/deploys", "current_url": f"{url}/current", "timeout_seconds": 1, **options}
    return Registry(Path("/nowhere")).target(TargetSettings(kind="http", options=values))


def order(seconds: float = 5) -> DeployOrder:
    return DeployOrder(
        service="orders",
        environment="dev",
        artefact=Artefact(service="orders", version="1.0.0", digest="sha256:11", size=1),
        folder=Path("/nowhere"),
        fencing=7,
        deadline=datetime.now(UTC) + timedelta(seconds=seconds),
    )


class Endpoint:
    """Answers POSTs and status questions as told; says that 1.0.0 runs."""

    def __init__(self, post: Answer, *states: Answer) -> None:
        self.post = post
        self.states = list(states)

    def __call__(self, method: str, path: str, body: object) -> Answer:
        if method == "POST":
            return self.post
        if path == "/status":
            return self.states.pop(0) if len(self.states) > 1 else self.states[0]
        return 200, RUNNING


ACCEPTED: Answer = (202, {"state": "running", "status_url": "/status"})


def test_the_order_carries_fencing_and_idempotency_key() -> None:
    with DeployEndpoint(Endpoint((200, {"state": "done"}))) as endpoint:
        target(endpoint.url).deploy(order())
        body = endpoint.asked[0][2]
    assert body == {
        "service": "orders",
        "environment": "dev",
        "version": "1.0.0",
        "digest": "sha256:11",
        "fencing": 7,
        "idempotency_key": "7-sha256:11",
    }


def test_a_status_that_is_away_for_a_moment_is_asked_again() -> None:
    flaky = Endpoint(ACCEPTED, (503, "restarting"), (200, {"state": "running"}), (200, {"state": "done"}))
    with DeployEndpoint(flaky) as endpoint:
        target(endpoint.url).deploy(order())
        assert [path for _, path, _, _ in endpoint.asked].count("/status") == 3


@pytest.mark.parametrize(
    ("answers", "words"),
    [
        (Endpoint((500, "boom")), "answered 500. It said: boom"),
        (Endpoint((200, "<html>")), "must answer with a JSON object"),
        (Endpoint((200, {"state": "perhaps"})), "known: done, failed, running"),
        (Endpoint((202, {"state": "running"})), "named no `status_url`"),
        (Endpoint((202, {"status_url": "http://elsewhere.example/"})), "on another host (elsewhere.example)"),
        (
            Endpoint(ACCEPTED, (200, {"state": "failed", "detail": "no quota"})),
            "could not deploy orders to dev: no quota",
        ),
    ],
)
def test_each_wrong_answer_is_told_as_what_it_is(answers: Endpoint, words: str) -> None:
    with DeployEndpoint(answers) as endpoint, pytest.raises(TargetError) as caught:
        target(endpoint.url).deploy(order())
    assert words in str(caught.value)


def test_an_endpoint_that_never_finishes_ends_at_the_deadline() -> None:
    with DeployEndpoint(Endpoint(ACCEPTED, (200, {"state": "running"}))) as endpoint:
        began = time.monotonic()
        with pytest.raises(TargetError, match="not done deploying orders to dev by the deadline"):
            target(endpoint.url).deploy(order(seconds=1))
        assert time.monotonic() - began < 4


def test_a_status_that_refuses_the_owner_is_outdated() -> None:
    with DeployEndpoint(Endpoint(ACCEPTED, (409, "owner 9 came"))) as endpoint, pytest.raises(StaleFenceError):
        target(endpoint.url).deploy(order())


def test_nobody_there_is_told() -> None:
    away = target(f"http://127.0.0.1:{free_port()}")
    with pytest.raises(TargetError, match="cannot be reached"):
        away.deploy(order())
    with pytest.raises(TargetError, match="cannot be reached"):
        away.current("orders", "dev")


def test_a_slow_endpoint_is_told() -> None:
    def slowly(method: str, path: str, body: object) -> Answer:
        time.sleep(1)
        return 200, RUNNING

    with DeployEndpoint(slowly) as endpoint, pytest.raises(TargetError, match="no answer within the time-out"):
        target(endpoint.url, timeout_seconds=0.2).current("orders", "dev")


@pytest.mark.parametrize("endless", [dripping_body, dripping_head])
def test_an_endpoint_that_drips_is_told_by_the_time_out(endless: Endless) -> None:
    with (
        DeployEndpoint(lambda *_: endless) as endpoint,
        pytest.raises(TargetError, match="no answer within the time-out"),
    ):
        target(endpoint.url, timeout_seconds=0.3).current("orders", "dev")


def test_an_answer_that_fills_the_memory_is_not_read_to_its_end() -> None:
    with DeployEndpoint(lambda *_: flood) as endpoint, pytest.raises(TargetError, match="larger than 4194304 bytes"):
        target(endpoint.url, timeout_seconds=25).current("orders", "dev")


def test_a_status_that_drips_is_asked_until_the_deadline_and_no_longer() -> None:
    with DeployEndpoint(Endpoint(ACCEPTED, dripping_body)) as endpoint:
        slow = target(endpoint.url, timeout_seconds=25)
        with pytest.raises(TargetError, match=r"by the deadline\. Last seen: GET .* no answer within the time-out"):
            slow.deploy(order(seconds=0.5))


@pytest.mark.parametrize("before", range(475, 501))
def test_no_part_of_the_token_is_shown_wherever_an_answer_is_cut(before: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DEPLOY_TOKEN", "T0P-secret-of-all")
    echo = Endpoint((500, "x" * before + "T0P-secret-of-all"))
    with DeployEndpoint(echo) as endpoint, pytest.raises(TargetError) as caught:
        target(endpoint.url, token_variable="DEPLOY_TOKEN").deploy(order())
    assert "T0" not in str(caught.value)


def test_garbage_about_what_runs_is_refused() -> None:
    with (
        DeployEndpoint(lambda *_: (200, {"digest": 7})) as endpoint,
        pytest.raises(TargetError, match="texts `digest`"),
    ):
        target(endpoint.url).current("orders", "dev")


def test_the_token_comes_from_the_named_variable(monkeypatch: pytest.MonkeyPatch) -> None:
    with DeployEndpoint(lambda *_: (200, RUNNING)) as endpoint:
        secured = target(endpoint.url, token_variable="DEPLOY_TOKEN")
        with pytest.raises(TargetError, match="set DEPLOY_TOKEN"):
            secured.current("orders", "dev")
        monkeypatch.setenv("DEPLOY_TOKEN", "hunter22")
        secured.current("orders", "dev")
        assert endpoint.asked[0][3]["Authorization"] == "Bearer hunter22"
