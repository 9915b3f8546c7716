"""The HTTP probe: patient, three-valued, and its words are for people (R16)."""

from collections.abc import Iterator

import pytest

from slipway.adapters.probes.http_probe import HttpProbe, NoAnswerError, Response
from slipway.adapters.probes.httpx_send import HttpxSend
from slipway.domain.json_value import JsonValue
from slipway.domain.service import SmokeCheck, SmokeSuite
from slipway.ports import CheckResult, CheckStatus
from tests.fakes.deploy_endpoint import DeployEndpoint
from tests.fakes.service_process import free_port

FACTS = {"version": "1.0.0", "digest": "sha256:11"}


class Service:
    """Answers what it was told, one answer after the other, then the last one for ever; None is no answer."""

    def __init__(self, *answers: tuple[int, str] | None) -> None:
        self.answers = list(answers)
        self.asked: list[tuple[str, str, JsonValue, float]] = []
        self.now = 0.0

    def send(self, method: str, url: str, body: JsonValue, timeout: float) -> Response:
        self.asked.append((method, url, body, timeout))
        answer = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        if answer is None:
            raise NoAnswerError("connection refused")
        return Response(status=answer[0], text=answer[1])

    def sleep(self, seconds: float) -> None:
        self.now += seconds

    def check(self, check: SmokeCheck) -> CheckResult:
        suite = SmokeSuite(url="http://service/", checks=(check,), deadline_seconds=10)
        probe = HttpProbe(self.send, sleep=self.sleep, monotonic=lambda: self.now)
        return probe.run(suite, FACTS)[0]


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
    suite = SmokeSuite(
        url="http://service",
        checks=(SmokeCheck(name="one", path="/one"), SmokeCheck(name="two", path="/two")),
        deadline_seconds=1,
    )
    results = HttpProbe(service.send, sleep=service.sleep, monotonic=lambda: service.now).run(suite, FACTS)
    assert [result.status for result in results] == [CheckStatus.PASS, CheckStatus.FAIL]
    assert sum(url.endswith("/one") for _, url, _, _ in service.asked) == 1


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
    assert service.asked[0][:3] == ("POST", "http://service/of/1.0.0", {"by": ["sha256:11", 1, None]})


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


@pytest.fixture
def send() -> Iterator[HttpxSend]:
    made = HttpxSend()
    yield made
    made.close()


def test_httpx_sends_and_brings_the_answer_back(send: HttpxSend) -> None:
    with DeployEndpoint(lambda method, path, body: (418, {"got": [method, path, body]})) as endpoint:
        response = send("POST", f"{endpoint.url}/tea?hot=1", {"milk": False}, 5)
    assert response == Response(status=418, text='{"got": ["POST", "/tea?hot=1", {"milk": false}]}')


def test_httpx_says_that_nobody_answered(send: HttpxSend) -> None:
    with pytest.raises(NoAnswerError, match="refused"):
        send("GET", f"http://127.0.0.1:{free_port()}/", None, 2)
    with pytest.raises(NoAnswerError):
        send("GET", "http://", None, 2)
