"""Monitors: what the fake and the real sources, on recorded answers, have in common; and what only the real ones do."""

import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Event, Thread
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from slipway.adapters.monitors.guarded_get import GuardedGet
from slipway.adapters.monitors.sources import Sources
from slipway.domain.watch import Limits, Sample, SourceKind, WatchCheck
from slipway.ports.outside.checks import Look, Monitor
from tests.fakes.connections import FakeConnections
from tests.fakes.endless import Endless, dripping_body, dripping_head, flood
from tests.fakes.monitor import FakeMonitor
from tests.watching import a_check, an_alert_check

NOW = datetime(2026, 11, 19, 10, 0, tzinfo=UTC)
INSTANTS = tuple(NOW + number * timedelta(seconds=15) for number in range(3))
AT = INSTANTS[-1].timestamp()
RANGE, ALERTS = "/api/v1/query_range", "/api/v2/alerts"
JSON_CHECK = "queue"


@dataclass
class Source:
    """A server of one answer for each path: status, headers, body. Remembers what it was asked."""

    url: str
    answers: dict[str, tuple[int, Mapping[str, str], str]] = field(default_factory=dict)
    asked: list[tuple[str, dict[str, list[str]], str | None]] = field(default_factory=list)

    endless: Endless | None = None
    over: Event = field(default_factory=Event)

    @property
    def host(self) -> str:
        return urlsplit(self.url).netloc

    def says(self, path: str, document: Any, status: int = 200, **headers: str) -> None:
        body = document if isinstance(document, str) else json.dumps(document)
        self.answers[path] = status, headers, body


@contextmanager
def serving() -> Iterator[Source]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            parts = urlsplit(self.path)
            source.asked.append((parts.path, parse_qs(parts.query), self.headers.get("Authorization")))
            if source.endless:
                source.endless(self, source.over)
                return
            status, headers, body = source.answers.get(parts.path, (404, {}, ""))
            self.send_response(status)
            for name, value in headers.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(body.encode())

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    source = Source(f"http://127.0.0.1:{server.server_address[1]}")
    Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
    yield source
    source.over.set()
    server.shutdown()
    server.server_close()


@pytest.fixture
def source() -> Iterator[Source]:
    with serving() as found:
        yield found


def a_series(*values: tuple[float, str]) -> dict[str, Any]:
    result = [{"metric": {}, "values": [list(value) for value in values]}] if values else []
    return {"status": "success", "data": {"resultType": "matrix", "result": result}}


def steadily(value: str) -> dict[str, Any]:
    return a_series(*((at.timestamp(), value) for at in INSTANTS))


def an_alert(name: str, started: str = "2026-11-19T09:00:00.000Z") -> dict[str, Any]:
    return {
        "fingerprint": f"f-{name}",
        "labels": {"alertname": name, "service": "orders"},
        "startsAt": started,
        "status": {"state": "active", "silencedBy": [], "inhibitedBy": []},
    }


def json_check(source: Source, path: str = "queue.length", **changes: Any) -> WatchCheck:
    values = {"source": SourceKind.HTTP_JSON, "url": f"{source.url}/status", "query": path, "connection": None}
    return a_check(JSON_CHECK, **{**values, "limits": Limits(at_most=5), **changes})


def real(source: Source, slept: list[float] | None = None) -> Sources:
    urls = {"prometheus_default": source.url, "elsewhere": "http://metrics.example.org"}
    return Sources(FakeConnections(urls), GuardedGet(sleep=(slept if slept is not None else []).append))


def look(monitor: Monitor, source: Source, check: WatchCheck, *hosts: str) -> list[Sample]:
    (seen,) = monitor.look([Look(check=check, instants=INSTANTS)], hosts or (source.host,))
    return list(seen)


def problem(source: Source, check: WatchCheck, *hosts: str) -> str:
    (sample,) = look(real(source), source, check, *hosts)
    assert sample.value is None
    assert not sample.alerts
    assert sample.at == INSTANTS[-1]
    return sample.problem


# What all monitors have in common ------------------------------------------------------------------------------------


def _fake(_: Source) -> Monitor:
    return FakeMonitor()


@pytest.mark.parametrize("make", [_fake, real])
def test_each_look_gets_samples_at_instants_that_it_asked_for_in_order(
    make: Callable[[Source], Monitor], source: Source
) -> None:
    source.says(RANGE, steadily("0"))
    source.says(ALERTS, [])
    source.says("/status", {"queue": {"length": 0}})
    checks = (a_check("one"), an_alert_check(connection="prometheus_default"), json_check(source))
    seen = make(source).look([Look(check=check, instants=INSTANTS) for check in checks], [source.host])
    assert len(seen) == len(checks)
    for samples in seen:
        assert {one.at for one in samples} <= set(INSTANTS)
        assert samples[-1].at == INSTANTS[-1]
        assert not any(one.problem for one in samples)


# Prometheus ----------------------------------------------------------------------------------------------------------


def test_prometheus_is_asked_for_a_range_with_the_connections_token(source: Source) -> None:
    source.says(RANGE, steadily("0.25"))
    assert look(real(source), source, a_check()) == [Sample(at=at, value=0.25) for at in INSTANTS]
    ((_, asked, token),) = source.asked
    assert (float(asked["start"][0]), float(asked["end"][0]), float(asked["step"][0])) == (AT - 30, AT, 15)
    assert token == "Bearer s3cret"


@pytest.mark.parametrize(
    ("answer", "problems"),
    [
        (a_series(), ["there is no data"] * 3),
        (a_series((AT, "1")), ["there is no data"] * 2 + [""]),
        (steadily("NaN"), ["it is NaN"] * 3),
        (steadily("+Inf"), ["it is +Inf"] * 3),
    ],
    ids=["nothing", "a gap", "NaN", "infinite"],
)
def test_what_is_no_number_was_not_seen(source: Source, answer: Any, problems: list[str]) -> None:
    source.says(RANGE, answer)
    assert [one.problem for one in look(real(source), source, a_check())] == problems


@pytest.mark.parametrize(
    ("answer", "why"),
    [
        ({"status": "success", "data": {"resultType": "matrix", "result": [{}, {}]}}, "2 series instead of one"),
        ({"status": "success", "data": {"resultType": "matrix", "result": [{}]}}, "cannot be read"),
        ({"status": "success", "data": {"resultType": "vector", "result": []}}, "no matrix"),
        ({**a_series(), "warnings": ["a store did not answer"]}, "warnings"),
        ({"status": "error", "error": "out of memory"}, "without `status: success`"),
        ([], "without `status: success`"),
        ("<html>", "something else than JSON"),
        ('{"value": NaN}', "something else than JSON"),
    ],
)
def test_an_answer_that_says_nothing_is_a_look_that_saw_nothing(source: Source, answer: Any, why: str) -> None:
    source.says(RANGE, answer)
    assert why in problem(source, a_check())


# Alertmanager --------------------------------------------------------------------------------------------------------


def test_alerts_are_asked_for_by_matchers_and_come_with_when_they_began(source: Source) -> None:
    source.says(ALERTS, [an_alert("Slow"), an_alert("Watchdog")])
    check = an_alert_check(connection="prometheus_default", matchers=('service="orders"',), heartbeat="Watchdog")
    (sample,) = look(real(source), source, check)
    assert [(one.name, one.started_at) for one in sample.alerts] == [("Slow", NOW - timedelta(hours=1))]
    assert [asked["filter"] for _, asked, _ in source.asked] == [['alertname="Watchdog"'], ['service="orders"']]
    assert source.asked[1][1]["silenced"] == ["false"]


def test_no_alert_is_no_good_news_while_the_one_that_always_fires_does_not(source: Source) -> None:
    source.says(ALERTS, [])
    assert "Watchdog, which always fires, does not" in problem(
        source, an_alert_check(connection="prometheus_default", heartbeat="Watchdog")
    )


@pytest.mark.parametrize("answer", [{}, [{}], [1], [an_alert("Slow", "soon")], [an_alert("Slow", "2026-11-19")]])
def test_alerts_that_cannot_be_read_are_no_sign_that_nothing_fires(source: Source, answer: Any) -> None:
    source.says(ALERTS, answer)
    assert problem(source, an_alert_check(connection="prometheus_default"))


# HTTP ----------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("path", "value"),
    [("queue.length", 3.0), ("queue.state", "ok"), ("jobs.1.late", True), ("queue.gone", None), ("jobs", None)],
)
def test_the_value_at_a_path_of_a_json_answer(source: Source, path: str, value: Any) -> None:
    source.says("/status", {"queue": {"length": 3, "state": "ok"}, "jobs": [{}, {"late": True}]})
    (sample,) = look(real(source), source, json_check(source, path))
    assert (sample.value, bool(sample.problem)) == (value, value is None)


@pytest.mark.parametrize("number", ["9" * 400, "-" + "9" * 400, "1e999"])
def test_a_number_beyond_all_measure_was_not_seen(source: Source, number: str) -> None:
    source.says("/status", f'{{"queue": {{"length": {number}}}}}')
    assert problem(source, json_check(source)) == "`queue.length` is a number beyond all measure"


@pytest.mark.parametrize("text", ["a\0b", "\ud800"], ids=["NUL", "half a pair"])
def test_a_text_that_no_database_keeps_is_no_value(source: Source, text: str) -> None:
    source.says("/status", {"queue": {"state": text}})
    assert "a text that cannot be stored" in problem(source, json_check(source, "queue.state"))
    source.says(ALERTS, [an_alert("Fine"), an_alert(text)])
    assert "an alert fires whose name cannot be stored" in problem(
        source, an_alert_check(connection="prometheus_default")
    )
    source.says(RANGE, steadily(text))
    assert {one.problem for one in look(real(source), source, a_check())} == {"it is no number"}


def test_a_problem_is_told_in_signs_that_a_database_keeps(source: Source) -> None:
    source.says("/status", {"queue": {}})
    assert problem(source, json_check(source, "queue.a\0b")) == "the answer has no `queue.a\ufffdb`"


# When one look goes wrong --------------------------------------------------------------------------------------------


class _Broken:
    """A getter in which a mistake lies for one address."""

    def __init__(self, get: GuardedGet, address: str) -> None:
        self._get, self._address = get, address

    def json(self, url: str, hosts: Any, **more: Any) -> Any:
        if url == self._address:
            raise OverflowError("int too large to convert to float")
        return self._get.json(url, hosts, **more)


def test_whatever_befalls_one_look_the_others_keep_what_they_saw(source: Source) -> None:
    source.says(ALERTS, [an_alert("OrdersDown")])
    get: Any = _Broken(GuardedGet(), f"{source.url}/status")
    sources = Sources(FakeConnections({"prometheus_default": source.url}), get)
    checks = json_check(source), an_alert_check(connection="prometheus_default")
    own, alerts = sources.look([Look(check=check, instants=INSTANTS) for check in checks], [source.host])
    assert [one.problem for one in own] == ["the look broke off (OverflowError)"]
    assert [alert.name for one in alerts for alert in one.alerts] == ["OrdersDown"]


def test_a_series_at_an_impossible_time_is_a_look_that_saw_nothing(source: Source) -> None:
    result = f'[{{"metric": {{}}, "values": [[{"9" * 400}, "1"]]}}]'
    source.says(RANGE, f'{{"status": "success", "data": {{"resultType": "matrix", "result": {result}}}}}')
    assert "a series that cannot be read" in problem(source, a_check())


# Where it may go -----------------------------------------------------------------------------------------------------


def test_a_host_that_the_policy_does_not_name_is_not_asked(source: Source) -> None:
    source.says("/status", {"queue": {"length": 3}})
    for hosts in (("status.example.org",), ("127.0.0.1",), ("127.0.0.1:1",)):
        assert "none of `watch_hosts`" in problem(source, json_check(source), *hosts)
    assert source.asked == []


def test_a_redirect_is_not_followed_wherever_it_leads(source: Source) -> None:
    source.says("/status", "", 302, Location=f"{source.url}/elsewhere")
    source.says("/elsewhere", {"queue": {"length": 3}})
    assert "a redirect: it is not followed" in problem(source, json_check(source))
    assert [path for path, *_ in source.asked] == ["/status"]


@pytest.mark.parametrize("address", ["169.254.169.254", "fd00:ec2::254", "::ffff:169.254.169.254", "0.0.0.0"])
def test_a_name_that_leads_to_a_metadata_address_is_not_asked(source: Source, address: str) -> None:
    get = GuardedGet(resolve=lambda *_: [address], sleep=[].append)
    sources = Sources(FakeConnections({"elsewhere": "http://metrics.example.org"}), get)
    (sample,) = look(sources, source, a_check(connection="elsewhere"), "metrics.example.org")
    assert "its address is one that no check may reach" in sample.problem


def test_the_address_that_was_checked_is_the_one_that_is_asked(source: Source) -> None:
    port = urlsplit(source.url).port
    names: list[str] = []

    def resolve(host: str, _: int) -> list[str]:
        names.append(host)
        return ["127.0.0.1"] if len(names) == 1 else ["169.254.169.254"]

    source.says(RANGE, steadily("1"))
    connections = FakeConnections({"prometheus_default": f"http://metrics.example.org:{port}"})
    seen = look(Sources(connections, GuardedGet(resolve=resolve)), source, a_check(), f"metrics.example.org:{port}")
    assert [one.value for one in seen] == [1.0] * 3
    assert names == ["metrics.example.org"]


# When it fails -------------------------------------------------------------------------------------------------------


def test_an_error_of_the_server_is_tried_again_a_few_times_with_jitter(source: Source) -> None:
    source.says(RANGE, {"status": "error", "error": "query timed out"}, 503)
    slept: list[float] = []
    (sample,) = look(real(source, slept), source, a_check())
    assert "answered 503: 'query timed out' (tried 3 times)" in sample.problem
    assert len(source.asked) == 3
    assert [0.2 <= slept[0] < 0.4, 0.4 <= slept[1] < 0.8] == [True, True]


@pytest.mark.parametrize(("status", "why"), [(401, "connection's token"), (400, "answered 400: 'parse error'")])
def test_what_no_other_try_mends_is_tried_once(source: Source, status: int, why: str) -> None:
    source.says(RANGE, {"status": "error", "error": "parse error"}, status)
    assert why in problem(source, a_check())
    assert len(source.asked) == 1


def test_no_message_has_a_token_a_path_or_a_query_in_it(source: Source) -> None:
    for status in (301, 401, 404, 500):
        source.says("/status", "s3cret", status, Location="/s3cret")
        said = problem(source, json_check(source, url=f"{source.url}/status?key=s3cret"))
        assert ("s3cret" in said, "/status" in said) == (False, False), said


def test_a_connection_that_is_not_there_is_a_look_that_saw_nothing(source: Source) -> None:
    assert "set AIRFLOW_CONN_GONE" in problem(source, a_check(connection="gone"))


def test_who_is_not_there_is_a_look_that_saw_nothing() -> None:
    with serving() as gone:
        pass
    assert "cannot be reached" in problem(gone, a_check())


def test_an_answer_without_end_is_cut_off(source: Source) -> None:
    source.endless = flood
    assert "larger than 4194304 bytes" in problem(source, json_check(source))


@pytest.mark.parametrize("endless", [dripping_body, dripping_head])
def test_an_answer_that_drips_ends_at_the_deadline(
    source: Source, endless: Endless, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("slipway.adapters.monitors.guarded_get.DEADLINE_SECONDS", 2.0)
    source.endless = endless
    assert "was not done after 2 seconds" in problem(source, json_check(source))
