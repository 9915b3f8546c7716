"""Prometheus and Alertmanager themselves, where they are installed; where not, answers of theirs that were recorded.

`apt-get install prometheus prometheus-alertmanager` brings both; nothing else of the project needs them.
"""

import json
import shutil
import socket
import subprocess
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest

from slipway.adapters.monitors import alertmanager, prometheus
from slipway.adapters.monitors.guarded_get import NotSeenError
from slipway.adapters.monitors.sources import Sources
from slipway.domain.verdict import Verdict
from slipway.domain.watch import Course, Sample
from slipway.domain.watch_verdict import judge_check
from slipway.ports.outside.checks import Look
from tests.fakes.connections import FakeConnections
from tests.watching import a_check, a_watch, an_alert_check

RECORDED = Path(__file__).parent / "recorded.json"
PATIENCE = 60.0
INSTALLED = shutil.which("prometheus") is not None and shutil.which("prometheus-alertmanager") is not None
real_ones = pytest.mark.skipif(not INSTALLED, reason="Prometheus and Alertmanager are not installed here")


def a_free_port() -> int:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        port: int = taken.getsockname()[1]
    return port


def started(folder: Path, name: str, config: str, *options: str) -> tuple["subprocess.Popen[bytes]", str]:
    """The process and its address, once it is ready."""
    port = a_free_port()
    file = folder / f"{name}.yml"
    file.write_text(config.format(port=port))
    command = [name, f"--config.file={file}", f"--web.listen-address=127.0.0.1:{port}", *options]
    process = subprocess.Popen(command, cwd=folder, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    url = f"http://127.0.0.1:{port}"
    until(lambda: _ready(url))
    return process, url


def _ready(url: str) -> bool:
    try:
        return httpx.get(f"{url}/-/ready", timeout=5).is_success
    except httpx.HTTPError:
        return False


def until(is_so: Callable[[], bool]) -> None:
    end = time.monotonic() + PATIENCE
    while not is_so():
        assert time.monotonic() < end, "it did not come to be so"
        time.sleep(0.1)


@pytest.fixture(scope="module")
def prometheus_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    folder = tmp_path_factory.mktemp("prometheus")
    config = """
global: {{scrape_interval: 1s}}
scrape_configs: [{{job_name: itself, static_configs: [{{targets: ["127.0.0.1:{port}"]}}]}}]
"""
    process, url = started(folder, "prometheus", config, f"--storage.tsdb.path={folder / 'data'}")
    yield url
    process.terminate()
    process.wait()


@pytest.fixture(scope="module")
def alertmanager_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    folder = tmp_path_factory.mktemp("alertmanager")
    config = "route: {{receiver: nobody}}\nreceivers: [{{name: nobody}}]\n"
    options = (f"--storage.path={folder / 'data'}", "--cluster.listen-address=")
    process, url = started(folder, "prometheus-alertmanager", config, *options)
    yield url
    process.terminate()
    process.wait()


def seen(url: str, look: Look) -> list[Sample]:
    host = url.removeprefix("http://")
    (samples,) = Sources(FakeConnections({"prometheus_default": url})).look([look], [host])
    return list(samples)


@real_ones
def test_real_prometheus_gives_one_number_for_each_instant(prometheus_url: str) -> None:
    def one(query: str, ago: float = 0) -> Sample:
        now = datetime.now(UTC) - timedelta(seconds=ago)
        instants = [now - timedelta(seconds=1), now]
        return seen(prometheus_url, Look(check=a_check(query=query), instants=instants))[-1]

    until(lambda: one("sum(up)").value == 1.0)
    assert one("sum(up)", ago=3600).problem == "there is no data"
    assert one("sum(nothing_of_that_name)").problem == "there is no data"
    assert one("vector(0) / 0").problem == "it is NaN"
    assert one("vector(1) / 0").problem == "it is +Inf"
    assert "series instead of one" in one("prometheus_http_requests_total or up").problem
    assert "answered 400" in one("sum(").problem


@real_ones
def test_real_alertmanager_says_what_fires_and_since_when(alertmanager_url: str) -> None:
    began = datetime.now(UTC).replace(microsecond=0) - timedelta(minutes=5)

    def fire(name: str, **labels: str) -> None:
        alert = {"labels": {"alertname": name, **labels}, "startsAt": began.isoformat()}
        httpx.post(f"{alertmanager_url}/api/v2/alerts", json=[alert]).raise_for_status()

    def one(**changes: Any) -> Sample:
        check = an_alert_check(connection="prometheus_default", **changes)
        return seen(alertmanager_url, Look(check=check, instants=[datetime.now(UTC)]))[0]

    assert (one().alerts, one().problem) == ((), "")
    assert "which always fires, does not" in one(heartbeat="Watchdog").problem
    fire("Watchdog")
    fire("Slow", service="orders")
    fire("Slow", service="forms")
    until(lambda: len(one().alerts) == 3)
    (slow,) = one(matchers=('service="orders"', 'alertname=~"Slow|Late"'), heartbeat="Watchdog").alerts
    assert (slow.name, slow.started_at) == ("Slow", began)
    assert "answered 400" in one(matchers=("no matcher",)).problem


@real_ones
def test_an_alert_that_real_alertmanager_gave_before_the_deploy_is_known_when_it_comes_again(
    alertmanager_url: str,
) -> None:
    check = an_alert_check(connection="prometheus_default", matchers=('service="tides"',))
    settings = a_watch(check, minutes=1, every_seconds=15)

    def now() -> datetime:
        return datetime.now(UTC)

    def say(began: datetime, ended: datetime | None = None) -> None:
        alert = {"labels": {"alertname": "Flaps", "service": "tides"}, "startsAt": began.isoformat()}
        body = [{**alert, **({"endsAt": ended.isoformat()} if ended else {})}]
        httpx.post(f"{alertmanager_url}/api/v2/alerts", json=body).raise_for_status()

    def look() -> Sample:
        return seen(alertmanager_url, Look(check=check, instants=[now()]))[0]

    old = now() - timedelta(minutes=5)
    say(old)
    until(lambda: len(look().alerts) == 1)
    before = look()
    say(old, ended=now() - timedelta(seconds=1))
    until(lambda: look().alerts == ())
    began = now()
    say(began)
    until(lambda: len(look().alerts) == 1)
    again = look()
    assert again.alerts[0].started_at > before.at
    course = Course(deployed_at=before.at + timedelta(milliseconds=1), began_at=began, settings=settings)
    assert judge_check(check, course, [before, again], now()).verdict is None
    assert judge_check(check, course, [replace(before, alerts=()), again], now()).verdict is Verdict.FAIL


@pytest.mark.parametrize("name", ["value", "nothing", "nan", "error"])
def test_recorded_answers_of_prometheus(name: str) -> None:
    recorded = json.loads(RECORDED.read_text())["prometheus"][name]
    at = datetime.fromtimestamp(recorded["at"], UTC)
    if name == "error":
        with pytest.raises(NotSeenError):
            prometheus.samples(recorded["answer"], [at])
        return
    (sample,) = prometheus.samples(recorded["answer"], [at])
    expected = {"value": (1.0, ""), "nothing": (None, "there is no data"), "nan": (None, "it is NaN")}
    assert (sample.value, sample.problem) == expected[name]


def test_recorded_answers_of_alertmanager() -> None:
    recorded = json.loads(RECORDED.read_text())["alertmanager"]
    (slow,) = alertmanager.alerts(recorded["firing"])
    assert (slow.name, slow.started_at.tzinfo is not None) == ("Slow", True)
    assert alertmanager.alerts(recorded["nothing"]) == ()
