"""Smoke suites: what the fake and the HTTP probe have in common."""

from collections.abc import Callable

import pytest

from slipway.adapters.connections import EnvironmentConnections
from slipway.adapters.probes.expectations import Response
from slipway.adapters.probes.http_probe import HttpProbe, NoAnswerError, Request
from slipway.domain.service import Priority, SmokeCheck, SmokeSuite
from slipway.ports.outside.checks import CheckStatus, Probe
from tests.fakes.probe import FakeProbe

SUITE = SmokeSuite(
    url="http://service",
    deadline_seconds=5,
    checks=(
        SmokeCheck(name="health", path="/health", expect_json={"version": "{version}"}),
        SmokeCheck(name="home", path="/", expect_status=200, priority=Priority.WARNING),
    ),
)
FACTS = {"version": "1.0.0", "digest": "sha256:0"}


class _Clock:
    """Time that passes only while somebody sleeps."""

    def __init__(self) -> None:
        self.now = 0.0

    def sleep(self, seconds: float) -> None:
        self.now += seconds

    def monotonic(self) -> float:
        return self.now


def _http(verdict: CheckStatus) -> Probe:
    def send(_request: Request) -> Response:
        if verdict is CheckStatus.UNKNOWN:
            raise NoAnswerError("connection refused")
        return Response(status=200 if verdict is CheckStatus.PASS else 500, text='{"version": "1.0.0"}')

    clock = _Clock()
    return HttpProbe(
        send,
        EnvironmentConnections({}),
        resolve=lambda _host, _port: ["10.0.0.7"],
        sleep=clock.sleep,
        monotonic=clock.monotonic,
    )


def _fake(verdict: CheckStatus) -> Probe:
    fake = FakeProbe()
    fake.verdicts["1.0.0"] = verdict
    return fake


@pytest.mark.parametrize("verdict", CheckStatus)
@pytest.mark.parametrize("make", [_fake, _http])
def test_a_suite_gives_one_result_per_check_in_order(
    make: Callable[[CheckStatus], Probe], verdict: CheckStatus
) -> None:
    results = make(verdict).run(SUITE, FACTS, ["service"])
    assert [result.name for result in results] == ["health", "home"]
    assert {result.status for result in results} == {verdict}
    assert [result.priority for result in results] == [Priority.BLOCKING, Priority.WARNING]
    assert all(result.detail for result in results)


@pytest.mark.parametrize("hosts", [[], ["elsewhere"], ["service:8080"], ["*.service.example.org"]])
@pytest.mark.parametrize("make", [_fake, _http])
def test_a_host_that_is_not_allowed_is_unknown_though_it_would_pass(
    make: Callable[[CheckStatus], Probe], hosts: list[str]
) -> None:
    results = make(CheckStatus.PASS).run(SUITE, FACTS, hosts)
    assert [(result.name, result.status, result.attempts) for result in results] == [
        ("health", CheckStatus.UNKNOWN, 0),
        ("home", CheckStatus.UNKNOWN, 0),
    ]
    assert [result.priority for result in results] == [Priority.BLOCKING, Priority.WARNING]
    assert all("may not be asked" in result.detail for result in results)
