"""Smoke suites against services that really answer, slowly, wrongly or not at all, by both ways that requests go."""

import contextlib
import threading
import time
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from slipway.adapters.addresses import Resolve, resolve
from slipway.adapters.connections import EnvironmentConnections
from slipway.adapters.probes.http_probe import HttpProbe, NoAnswerError, Request, Send
from slipway.adapters.probes.httpx_send import HttpxSend
from slipway.domain.service import SmokeCheck, SmokeSuite
from slipway.ports.outside.checks import CheckResult, CheckStatus
from tests.fakes.endless import Endless, dripping_body, dripping_head, flood
from tests.fakes.service_process import free_port

FACTS = {"version": "1.0.0", "digest": "sha256:11"}
HEALTH = SmokeCheck(name="health", path="/health", expect_json={"version": "{version}"}, seconds=0.5)
GOOD = '{"version": "1.0.0"}'

Answer = tuple[int, dict[str, str], str] | Endless


class Moody:
    """A service on a port of its own that answers each request as `mood` says, from `start` on."""

    def __init__(self, mood: Callable[[int], Answer]) -> None:
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.asked = 0
        self.hosts: list[str | None] = []
        self.over = threading.Event()
        self._mood = mood
        self._server: ThreadingHTTPServer | None = None
        self._starting: threading.Timer | None = None

    def start(self) -> None:
        moody = self

        class Requests(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                moody.asked += 1
                moody.hosts.append(self.headers.get("Host"))
                answer = moody._mood(moody.asked)
                if callable(answer):
                    answer(self, moody.over)
                    return
                status, headers, text = answer
                with contextlib.suppress(BrokenPipeError, ConnectionResetError):  # the asker had no patience
                    self.send_response(status)
                    for name, value in headers.items():
                        self.send_header(name, value)
                    self.send_header("Content-Length", str(len(text.encode())))
                    self.end_headers()
                    self.wfile.write(text.encode())

            def log_message(self, *_: object) -> None:
                """Says nothing."""

        self._server = ThreadingHTTPServer(("127.0.0.1", self.port), Requests)
        self._server.daemon_threads = True
        threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True).start()

    def start_in(self, seconds: float) -> None:
        self._starting = threading.Timer(seconds, self.start)
        self._starting.start()

    def stop(self) -> None:
        self.over.set()
        if self._starting is not None:
            self._starting.join()
        if self._server is not None:
            self._server.shutdown()
            self._server.server_close()


@contextlib.contextmanager
def serving(mood: Callable[[int], Answer], *, late: float = 0) -> Iterator[Moody]:
    service = Moody(mood)
    service.start_in(late) if late else service.start()
    try:
        yield service
    finally:
        service.stop()


MakeSend = Callable[[Resolve], Send]


def _by_airflow(resolve: Resolve) -> Send:
    from slipway.airflow_edge.http_send import make_hook_send  # noqa: PLC0415 - imports Airflow

    return make_hook_send(resolve)


@pytest.fixture(params=[HttpxSend, pytest.param(_by_airflow, marks=pytest.mark.airflow)])
def make_send(request: pytest.FixtureRequest) -> MakeSend:
    made: MakeSend = request.param
    return made


@pytest.fixture
def send(make_send: MakeSend) -> Send:
    return make_send(resolve)


def smoke(send: Send, service: Moody, seconds: float) -> CheckResult:
    suite = SmokeSuite(url=service.url, checks=(HEALTH,), deadline_seconds=seconds)
    (result,) = HttpProbe(send, EnvironmentConnections({})).run(suite, FACTS, ["127.0.0.1:*"])
    return result


def test_one_that_restarts_slowly_is_waited_for(send: Send) -> None:
    with serving(lambda _: (200, {}, GOOD), late=0.4) as service:
        result = smoke(send, service, 20)
    assert result.status is CheckStatus.PASS
    assert result.attempts > 1


def test_one_that_flaps_passes_once_it_answers(send: Send) -> None:
    with serving(lambda number: (503, {}, "starting") if number < 4 else (200, {}, GOOD)) as service:
        result = smoke(send, service, 20)
    assert (result.status, result.attempts) == (CheckStatus.PASS, 4)


def test_a_200_with_the_wrong_body_fails(send: Send) -> None:
    with serving(lambda _: (200, {}, '{"version": "0.9.0"}')) as service:
        result = smoke(send, service, 0.3)
    assert result.status is CheckStatus.FAIL
    assert 'answered `version` = "0.9.0" instead of "1.0.0"' in result.detail


def test_one_that_hangs_is_unknown_and_is_not_waited_for_longer_than_said(send: Send) -> None:
    def hang(_: int) -> Answer:
        time.sleep(3)
        return 200, {}, GOOD

    with serving(hang) as service:
        result = smoke(send, service, 0.2)
    assert result.status is CheckStatus.UNKNOWN
    assert "was never answered: " in result.detail
    assert result.seconds < 3


@pytest.mark.parametrize("endless", [dripping_body, dripping_head])
def test_an_answer_that_drips_is_no_answer_and_is_not_waited_for(send: Send, endless: Endless) -> None:
    with serving(lambda _: endless) as service:
        result = smoke(send, service, 1)
        assert service.asked
    assert result.status is CheckStatus.UNKNOWN
    assert "Timeout" in result.detail


def test_an_answer_that_fills_the_memory_is_not_read_to_its_end(send: Send) -> None:
    with serving(lambda _: flood) as service, pytest.raises(NoAnswerError, match="larger than 4194304 bytes"):
        send(Request(method="GET", url=service.url, seconds=25))


def test_the_character_set_that_an_answer_names_is_its_own_else_utf_8(send: Send) -> None:
    texts = []
    for kind in ("text/html; charset=latin-1", "text/html", "text/html; charset=none-such"):
        with serving(lambda _, kind=kind: (200, {"Content-Type": kind}, "ä")) as service:
            texts.append(send(Request(method="GET", url=service.url, seconds=5)).text)
    assert texts == ["Ã¤", "ä", "ä"]


def test_no_complaint_in_a_log_quotes_what_was_sent(
    send: Send, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    url = f"http://127.0.0.1:{free_port()}/of/s3ssion-of-somebody"
    with pytest.raises(NoAnswerError):
        send(Request(method="GET", url=url, seconds=2))
    assert "s3ssion" not in caplog.text + "".join(capfd.readouterr())


def test_a_redirect_to_elsewhere_is_an_answer_and_is_not_followed(send: Send) -> None:
    with serving(lambda _: (200, {}, GOOD)) as elsewhere:
        there = {"Location": f"{elsewhere.url}/health"}
        with serving(lambda _: (302, there, "")) as service:
            result = smoke(send, service, 0.3)
        assert elsewhere.asked == 0
    assert result.status is CheckStatus.FAIL
    assert result.detail.endswith(f"answered 302 (to {elsewhere.url.removeprefix('http://')}) instead of 200")


# Where it may go -----------------------------------------------------------------------------------------------------


def named(service: Moody) -> Request:
    return Request(method="GET", url=f"http://orders.example.org:{service.port}/health", seconds=5)


def test_the_address_that_was_checked_is_the_one_that_is_asked_by_the_services_name(make_send: MakeSend) -> None:
    names: list[str] = []

    def rebound(host: str, _: int) -> list[str]:
        names.append(host)
        return ["127.0.0.1"] if len(names) == 1 else ["169.254.169.254"]

    with serving(lambda _: (200, {}, GOOD)) as service:
        assert make_send(rebound)(named(service)).text == GOOD
        assert service.hosts == [f"orders.example.org:{service.port}"]
    assert names == ["orders.example.org"]


def test_a_name_that_leads_to_a_metadata_address_is_not_asked(make_send: MakeSend) -> None:
    with serving(lambda _: (200, {}, GOOD)) as service:
        with pytest.raises(NoAnswerError, match="an address that no check may reach"):
            make_send(lambda *_: ["127.0.0.1", "169.254.169.254"])(named(service))
        assert service.asked == 0


def test_the_next_address_is_asked_where_nobody_is_at_the_first(make_send: MakeSend) -> None:
    with serving(lambda _: (200, {}, GOOD)) as service:
        assert make_send(lambda *_: ["127.0.0.2", "127.0.0.1"])(named(service)).text == GOOD


def test_no_request_is_sent_twice_because_a_name_has_two_addresses(make_send: MakeSend) -> None:
    def hang_up(handler: BaseHTTPRequestHandler, _: threading.Event) -> None:
        handler.close_connection = True

    with serving(lambda _: hang_up) as service, pytest.raises(NoAnswerError):
        make_send(lambda *_: ["127.0.0.1", "127.0.0.1"])(named(service))
    assert service.asked == 1


def test_a_name_that_cannot_be_resolved_is_no_answer(make_send: MakeSend) -> None:
    def unknown(*_: object) -> list[str]:
        raise OSError("Name or service not known")

    with serving(lambda _: (200, {}, GOOD)) as service, pytest.raises(NoAnswerError, match="not known"):
        make_send(unknown)(named(service))


def test_no_proxy_of_the_environment_is_asked(make_send: MakeSend, monkeypatch: pytest.MonkeyPatch) -> None:
    with serving(lambda _: (200, {}, "a proxy's")) as proxy, serving(lambda _: (200, {}, GOOD)) as service:
        for name in ("http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"):
            monkeypatch.setenv(name, proxy.url)
        for name in ("no_proxy", "NO_PROXY"):
            monkeypatch.delenv(name, raising=False)
        assert make_send(lambda *_: ["127.0.0.1"])(named(service)).text == GOOD
