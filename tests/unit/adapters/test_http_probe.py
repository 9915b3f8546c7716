"""The HTTP probe: patient, three-valued, and its words are for people (R16)."""

import json
from collections.abc import Callable
from datetime import timedelta
from urllib.parse import quote, quote_plus

import pytest

from slipway.adapters.connections import EnvironmentConnections
from slipway.adapters.probes.expectations import Response
from slipway.adapters.probes.http_probe import HttpProbe, NoAnswerError, Request
from slipway.adapters.probes.httpx_send import HttpxSend
from slipway.domain.service import Priority, SmokeCheck, SmokeSuite
from slipway.ports.outside.checks import CheckResult, CheckStatus
from tests.fakes.deploy_endpoint import DeployEndpoint
from tests.fakes.service_process import free_port

FACTS = {"version": "1.0.0", "digest": "sha256:11"}


class Service:
    """Answers what it was told, one answer after the other, then the last one for ever; None is no answer."""

    def __init__(self, *answers: tuple[int, str] | None) -> None:
        self.answers = list(answers)
        self.asked: list[Request] = []
        self.now = 0.0
        self.draw = 0.5
        self.addresses = ["10.0.0.7"]
        self.slept: list[float] = []
        self.url = "http://service/"
        self.token = "let-me-in-please"

    def send(self, request: Request) -> Response:
        self.asked.append(request)
        self.now += 0.25
        answer = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        if answer is None:
            raise NoAnswerError("connection refused")
        return Response(status=answer[0], text=answer[1])

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.now += seconds

    def run(self, *checks: SmokeCheck, seconds: float = 10, url: str = "") -> list[CheckResult]:
        connection = {"conn_type": "http", "host": "service", "password": self.token}
        suite = SmokeSuite(url=url or self.url, checks=checks, deadline_seconds=seconds)
        probe = HttpProbe(
            self.send,
            EnvironmentConnections({"AIRFLOW_CONN_ORDERS_SMOKE": json.dumps(connection)}),
            resolve=lambda _host, _port: self.addresses,
            sleep=self.sleep,
            monotonic=lambda: self.now,
            jitter=lambda: self.draw,
        )
        return list(probe.run(suite, FACTS, ["service", "letters:8080", "*.service.example.org:*"]))

    def check(self, check: SmokeCheck) -> CheckResult:
        return self.run(check)[0]

    def urls(self) -> list[str]:
        return [request.url for request in self.asked]


def test_a_service_that_is_restarting_is_asked_again_until_it_passes() -> None:
    service = Service(None, (503, "starting"), (200, "{}"))
    result = service.check(SmokeCheck(name="health", path="/health"))
    assert (result.status, result.attempts) == (CheckStatus.PASS, 3)


def test_a_service_that_never_answers_is_unknown_not_failed() -> None:
    service = Service(None)
    result = service.check(SmokeCheck(name="health", path="/health"))
    assert result.status is CheckStatus.UNKNOWN
    assert "never answered: connection refused" in result.detail
    assert 10 <= service.now < 13


def test_a_wrong_status_fails_and_says_what_came() -> None:
    result = Service((500, "boom")).check(SmokeCheck(name="home", path="home"))
    assert result.status is CheckStatus.FAIL
    assert result.detail == "GET http://service/home answered 500 instead of 200: boom"


def test_silence_after_a_wrong_answer_is_still_a_fail() -> None:
    assert Service((500, "boom"), None).check(SmokeCheck(name="home", path="/")).status is CheckStatus.FAIL


def test_a_passed_check_is_not_asked_again_while_others_fail() -> None:
    service = Service((200, "{}"), (500, ""))
    results = service.run(SmokeCheck(name="one", path="/one"), SmokeCheck(name="two", path="/two"), seconds=1)
    assert [result.status for result in results] == [CheckStatus.PASS, CheckStatus.FAIL]
    assert service.urls().count("http://service/one") == 1


def test_version_and_digest_are_filled_in_everywhere() -> None:
    service = Service((201, '{"made": {"by": ["1.0.0", "sha256:11"]}}'))
    check = SmokeCheck(
        name="post",
        path="/of/{version}",
        method="POST",
        body={"by": ["{digest}", 1, None]},
        expect_status=201,
        expect_json={"made.by.0": "{version}", "made.by.1": "{digest}"},
    )
    assert service.check(check).status is CheckStatus.PASS
    (asked,) = service.asked
    assert (asked.method, asked.url) == ("POST", "http://service/of/1.0.0")
    assert asked.body == {"by": ["sha256:11", 1, None]}


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ('{"version": "0.9.0"}', 'answered `version` = "0.9.0" instead of "1.0.0"'),
        ("{}", 'answered without `version` (wanted "1.0.0")'),
        ("<html>", "answered 200, but no JSON: <html>"),
    ],
)
def test_a_wrong_content_is_told_in_words(text: str, words: str) -> None:
    check = SmokeCheck(name="version", path="/", expect_json={"version": "{version}"})
    result = Service((200, text)).check(check)
    assert result.status is CheckStatus.FAIL
    assert words in result.detail


def test_true_is_not_one() -> None:
    check = SmokeCheck(name="flag", path="/", expect_json={"flag": True})
    assert Service((200, '{"flag": 1}')).check(check).status is CheckStatus.FAIL


def test_a_text_that_is_missing_is_named() -> None:
    check = SmokeCheck(name="page", path="/", expect_text="Release {version}")
    assert Service((200, "<h1>Release 1.0.0</h1>")).check(check).status is CheckStatus.PASS
    wrong = Service((200, "<h1>Release 0.9</h1>")).check(check)
    assert wrong.status is CheckStatus.FAIL
    assert "answered without the text 'Release 1.0.0': <h1>Release 0.9</h1>" in wrong.detail


MAKES = SmokeCheck(name="makes one", path="/orders", method="POST", expect_status=201, keep={"id": "order.id"})
READS = SmokeCheck(
    name="reads it",
    path="/orders/{id}",
    headers={"X-Order": "{id}", "X-Release": "{version}"},
    expect_json={"id": "{id}"},
)


def test_what_a_check_keeps_is_filled_in_in_those_after_it() -> None:
    service = Service((201, '{"order": {"id": "a/7"}}'), (200, '{"id": "a/7"}'))
    assert {one.status for one in service.run(MAKES, READS)} == {CheckStatus.PASS}
    assert service.asked[1].url == "http://service/orders/a%2F7"
    assert dict(service.asked[1].headers) == {"X-Order": "a/7", "X-Release": "1.0.0"}


def test_a_number_that_was_kept_stays_one_where_it_stands_alone() -> None:
    lists = SmokeCheck(
        name="lists it",
        path="/orders?of={id}",
        method="POST",
        body={"id": "{id}", "text": "no {id}"},
        expect_json={"orders.0.id": "{id}"},
    )
    service = Service((201, '{"order": {"id": 7}}'), (200, '{"orders": [{"id": 7}]}'))
    assert {one.status for one in service.run(MAKES, lists)} == {CheckStatus.PASS}
    assert service.asked[1].url == "http://service/orders?of=7"
    assert service.asked[1].body == {"id": 7, "text": "no 7"}


def test_a_check_waits_for_what_another_one_keeps_and_asks_nothing_meanwhile() -> None:
    service = Service((503, "starting"))
    made, read = service.run(MAKES, READS, seconds=2)
    assert (made.status, read.status) == (CheckStatus.FAIL, CheckStatus.UNKNOWN)
    assert read.detail == "waits for `id`, which no check has kept yet"
    assert set(service.urls()) == {"http://service/orders"}


@pytest.mark.parametrize("text", ['{"order": {}}', '{"order": {"id": null}}', '{"order": {"id": [1]}}'])
def test_an_answer_without_what_is_kept_is_wrong(text: str) -> None:
    (result,) = Service((201, text)).run(MAKES, seconds=1)
    assert result.status is CheckStatus.FAIL
    assert "without a value at `order.id`, which is kept as `id`" in result.detail


def test_a_token_goes_with_the_request_and_is_shown_nowhere() -> None:
    service = Service((403, "let-me-in-please is no token of ours"))
    (result,) = service.run(SmokeCheck(name="inside", path="/", bearer="orders_smoke"), seconds=1)
    assert dict(service.asked[0].headers) == {"Authorization": "Bearer let-me-in-please"}
    assert result.detail == "GET http://service/ answered 403 instead of 200: *** is no token of ours"


HARD = 'T0P"s€cret/\\of them+all='
INSIDE = SmokeCheck(name="inside", path="/", bearer="orders_smoke", expect_json={"said": "hello"})


def _as_json(text: str) -> str:
    return json.dumps(text)[1:-1]


@pytest.mark.parametrize("form", [str, _as_json, quote, quote_plus])
@pytest.mark.parametrize("before", range(150, 206))
def test_no_part_of_a_token_is_shown_wherever_the_answer_is_cut(before: int, form: Callable[[str], str]) -> None:
    echoed = "x" * before + "Bearer " + form(HARD) + " and more" * 30
    for answer in ((401, echoed), (200, echoed), (200, json.dumps({"said": echoed})), (200, json.dumps([echoed]))):
        service = Service(answer)
        service.token = HARD
        detail = service.run(INSIDE, seconds=0.1)[0].detail
        assert not any(part in detail for part in ("T0", "s€", "secret", "\\u20", "%22", "€", "them", "all="))


def test_a_token_in_what_was_wanted_is_not_shown_either() -> None:
    service = Service((200, json.dumps({"token": HARD})), (200, "{}"))
    login = SmokeCheck(name="signs in", path="/session", keep={"session": "token"})
    texts = SmokeCheck(name="says it", path="/", expect_text="hello {session}")
    values = SmokeCheck(name="has it", path="/", expect_json={"session": "hello {session}"})
    details = [one.detail for one in service.run(login, texts, values, seconds=0.1)[1:]]
    assert details[0] == "GET http://service/ answered without the text 'hello ***': {}"
    assert details[1] == 'GET http://service/ answered without `session` (wanted "hello ***"): {}'


@pytest.mark.parametrize("answer", [(200, "{}"), (500, "boom"), None])
def test_an_endpoint_is_named_without_login_and_query(answer: tuple[int, str] | None) -> None:
    service = Service(answer)
    service.url = "http://somebody:s3cret@letters:8080/letters"
    (result,) = service.run(SmokeCheck(name="finds", path="/search?key=s3cret&q=tea"), seconds=0.1)
    assert result.detail.startswith("GET http://letters:8080/letters/search ")
    assert "s3cret" not in result.detail


def test_nor_does_an_error_quote_the_query() -> None:
    class Broken(Service):
        def send(self, request: Request) -> Response:
            raise NoAnswerError(f"no route to {quote(request.url)} and {request.url}")

    (result,) = Broken(None).run(SmokeCheck(name="finds", path="/search?key=s3cret"), seconds=0.1)
    assert result.detail.endswith("no route to http%3A//service/search*** and http://service/search***")


def test_tries_are_ever_further_apart_up_to_two_seconds_and_never_at_the_same_times() -> None:
    slept = []
    for draw in (0.0, 0.5):
        service = Service((503, "starting"))
        service.draw = draw
        service.run(SmokeCheck(name="health", path="/health"), seconds=30)
        assert service.slept == sorted(service.slept[:-1]) + service.slept[-1:]
        slept.append(service.slept[:6])
    longest = [timedelta(seconds=one) for one in (0.2, 0.4, 0.8, 1.6, 2, 2)]
    assert slept == [
        [one / 2 / timedelta(seconds=1) for one in longest],
        [one * 0.75 / timedelta(seconds=1) for one in longest],
    ]


def test_a_connection_that_is_not_there_is_named_and_nothing_is_asked() -> None:
    service = Service((200, "{}"))
    (result,) = service.run(SmokeCheck(name="inside", path="/", bearer="forgotten"), seconds=1)
    assert result.status is CheckStatus.UNKNOWN
    assert "AIRFLOW_CONN_FORGOTTEN" in result.detail
    assert service.asked == []


def test_a_long_text_that_was_kept_is_shown_nowhere() -> None:
    login = SmokeCheck(name="signs in", path="/session", keep={"session": "token"})
    inside = SmokeCheck(name="inside", path="/of/{session}", expect_json={"session": "mine"})
    service = Service((200, '{"token": "s3ssion-of-somebody"}'), (200, '{"session": "s3ssion-of-somebody"}'))
    result = service.run(login, inside, seconds=1)[1]
    assert result.status is CheckStatus.FAIL
    assert result.detail == 'GET http://service/of/{session} answered `session` = "***" instead of "mine"'


def test_nor_as_an_error_quotes_the_path_that_it_is_part_of() -> None:
    class Broken(Service):
        def send(self, request: Request) -> Response:
            if "/of/" in request.url:
                raise NoAnswerError(f"no route to {request.url}")
            return super().send(request)

    login = SmokeCheck(name="signs in", path="/session", keep={"session": "token"})
    service = Broken((200, '{"token": "s3ssion/of=somebody"}'))
    result = service.run(login, SmokeCheck(name="inside", path="/of/{session}"), seconds=1)[1]
    assert result.detail.endswith("was never answered: no route to http://service/of/***")


@pytest.mark.parametrize(
    "answer", ['{"token": "session-0123456789", "role": "user"}', '{"token": "session-\\ud8000123456789"}']
)
@pytest.mark.parametrize("expected", [{"expect_text": "admin"}, {"expect_status": 201}, {"expect_json": {"role": "a"}}])
def test_a_wrong_answer_does_not_show_the_token_that_would_have_been_kept(answer: str, expected: dict) -> None:
    login = SmokeCheck(name="log in", path="/login", keep={"session": "token"}, **expected)
    result = Service((200, answer)).check(login)
    assert result.status is CheckStatus.FAIL
    assert "0123456789" not in result.detail


@pytest.mark.parametrize("odd", ["NaN", "Infinity", "-Infinity", "1e999"])
@pytest.mark.parametrize("wanted", [{"keep": {"id": "id"}}, {"expect_json": {"id": 1}}])
def test_a_number_that_json_does_not_have_fails_the_check(odd: str, wanted: dict) -> None:
    results = Service((200, f'{{"id": {odd}}}')).run(
        SmokeCheck(name="odd", path="/", **wanted), SmokeCheck(name="next", path="/b/{id}"), seconds=1
    )
    assert results[0].status is CheckStatus.FAIL
    assert "but no JSON" in results[0].detail


def test_half_of_a_pair_that_was_kept_is_asked_for_with_the_sign_of_what_nobody_can_read() -> None:
    service = Service((200, '{"id": "\\ud800abcdefgh"}'))
    results = service.run(
        SmokeCheck(name="a", path="/a", keep={"id": "id"}), SmokeCheck(name="b", path="/b/{id}"), seconds=1
    )
    assert [result.status for result in results] == [CheckStatus.PASS, CheckStatus.PASS]
    assert service.urls()[-1] == f"http://service/b/{quote(chr(0xFFFD))}abcdefgh"


@pytest.mark.parametrize("answer", [(500, "bad \x00 byte"), (500, "bad \ud800 half"), (200, '{"id": "\\ud800"}')])
def test_no_result_has_a_character_that_cannot_be_stored(answer: tuple[int, str]) -> None:
    result = Service(answer).check(SmokeCheck(name="a", path="/", expect_json={"id": "x"}))
    assert result.status is CheckStatus.FAIL
    assert "\ufffd" in result.detail
    assert "\x00" not in result.detail
    assert "\ud800" not in result.detail


def test_a_value_that_is_too_long_is_not_kept_and_not_shown() -> None:
    check = SmokeCheck(name="a", path="/", keep={"id": "id"})
    assert Service((200, json.dumps({"id": "x" * 1000}))).check(check).status is CheckStatus.PASS
    result = Service((200, json.dumps({"id": "x" * 1001}))).check(check)
    assert result.status is CheckStatus.FAIL
    words = "answered 1001 characters at `id`, which is kept as `id`: more than 1000 are not"
    assert result.detail == f"GET http://service/ {words}"


def test_an_address_that_cannot_be_written_fails_the_check_and_no_other() -> None:
    class Strict(Service):
        def send(self, request: Request) -> Response:
            if request.url.endswith("/odd"):
                raise ValueError("not an address")
            return super().send(request)

    service = Strict((200, "{}"))
    results = service.run(SmokeCheck(name="odd", path="/odd"), SmokeCheck(name="b", path="/b"), seconds=1)
    assert [result.status for result in results] == [CheckStatus.FAIL, CheckStatus.PASS]
    assert results[0].detail == "GET http://service/odd could not be asked: not an address"


def test_a_warning_is_told_apart_and_keeps_nobody_waiting() -> None:
    service = Service((200, "{}"), (500, "slow"))
    results = service.run(
        SmokeCheck(name="health", path="/health"),
        SmokeCheck(name="search", path="/search", priority=Priority.WARNING),
        seconds=600,
    )
    assert [(one.status, one.priority) for one in results] == [
        (CheckStatus.PASS, Priority.BLOCKING),
        (CheckStatus.FAIL, Priority.WARNING),
    ]
    assert results[1].attempts == 3
    assert results[1].in_words.startswith("search: warning, fail (GET http://service/search answered 500")
    assert service.now < 10


def test_one_answer_takes_no_longer_than_the_check_says_and_what_it_took_is_kept() -> None:
    service = Service((200, "{}"))
    (result,) = service.run(SmokeCheck(name="health", path="/health", seconds=2))
    assert service.asked[0].seconds == 2
    assert result.seconds == 0.25
    assert result.as_json()["seconds"] == 0.25


@pytest.mark.parametrize("address", ["169.254.169.254", "::ffff:169.254.169.254", "fd00:ec2::254", "0.0.0.0"])
def test_an_address_that_no_check_may_reach_is_never_asked(address: str) -> None:
    service = Service((200, "{}"))
    service.addresses = ["10.0.0.7", address]
    (result,) = service.run(SmokeCheck(name="health", path="/health"), seconds=1)
    assert result.status is CheckStatus.UNKNOWN
    assert "service has an address that no check may reach" in result.detail
    assert service.asked == []


@pytest.mark.parametrize(
    "url",
    [
        *("https://elsewhere.example.org", "http://service:8080", "https://service.example.org"),
        *("http://service@elsewhere.example.org", "http://elsewhere.example.org\\@service", "http://a@b@service"),
    ],
)
def test_a_host_that_the_policy_does_not_name_gets_no_token_and_is_never_asked(url: str) -> None:
    service = Service((200, "{}"))
    (result,) = service.run(SmokeCheck(name="inside", path="/", bearer="orders_smoke"), url=url)
    assert result.status is CheckStatus.UNKNOWN
    assert "may not be asked: it is none of `smoke_hosts` of the policy in effect" in result.detail
    assert (service.asked, service.now) == ([], 0), "nobody waits for what no patience helps"


def test_a_host_that_a_star_stands_for_is_asked() -> None:
    service = Service((200, "{}"))
    (result,) = service.run(SmokeCheck(name="home", path="/"), url="https://a.service.example.org:8443/base")
    assert result.status is CheckStatus.PASS
    assert service.urls() == ["https://a.service.example.org:8443/base/"]


@pytest.fixture
def send() -> HttpxSend:
    return HttpxSend()


def test_httpx_sends_and_brings_the_answer_back(send: HttpxSend) -> None:
    with DeployEndpoint(lambda method, path, body: (418, {"got": [method, path, body]})) as endpoint:
        response = send(Request(method="POST", url=f"{endpoint.url}/tea?hot=1", body={"milk": False}, seconds=5))
    assert response == Response(status=418, text='{"got": ["POST", "/tea?hot=1", {"milk": false}]}')


def test_httpx_says_that_nobody_answered(send: HttpxSend) -> None:
    with pytest.raises(NoAnswerError, match="refused"):
        send(Request(method="GET", url=f"http://127.0.0.1:{free_port()}/", seconds=2))
    with pytest.raises(NoAnswerError):
        send(Request(method="GET", url="http://", seconds=2))
