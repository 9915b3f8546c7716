"""The recorder around a small application: what it writes, and that nothing changes without it."""

import asyncio
import json
import time
from collections.abc import Callable

import httpx
import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from slipway.adapters.own_server import post_as_asked
from slipway.airflow_edge import strangers
from slipway.airflow_edge.recorder import Recorder, is_change
from slipway.airflow_edge.request_record import Outcome, Phase, Requester, RequestRecord
from slipway.airflow_edge.request_scope import is_backfill
from slipway.airflow_edge.strangers import SPAN_SECONDS
from slipway.domain.errors import DatabaseUnavailableError
from slipway.domain.json_value import canonical
from slipway.domain.release import ChangeKind


class Server:
    """An application that answers with `status`, behind the recorder."""

    def __init__(self, status: int = 200, *, log_is_down: Callable[[RequestRecord], bool] | None = None) -> None:
        self.written: list[RequestRecord] = []
        self.performed: list[bytes] = []
        self.backfills: list[bool] = []
        self._status = status
        self._log_is_down = log_is_down or (lambda _: False)
        inner = Starlette(routes=[Route("/{path:path}", self._answer, methods=["GET", "POST", "PATCH", "DELETE"])])
        self._app = Recorder(
            inner, self._write, self._who, self, self._may_not_start, "https://slipway.example/airflow"
        )

    def ask(self, method: str, path: str, body: bytes = b"", **headers: str) -> httpx.Response:
        async def send() -> httpx.Response:
            transport = httpx.ASGITransport(self._app, raise_app_exceptions=False)  # type: ignore[arg-type]
            async with httpx.AsyncClient(transport=transport, base_url="http://slipway") as client:
                return await client.request(method, path, content=body, headers=headers)

        return asyncio.run(send())

    async def _answer(self, request: Request) -> Response:
        self.performed.append(await request.body())
        if request.url.path.startswith("/slipway/asks"):
            path = request.url.path.removeprefix("/slipway/asks")
            answer = await post_as_asked(request.scope, request.headers, path, {"conf": {"version": "1.0"}})
            return JSONResponse(answer.json(), answer.status_code)
        self.backfills.append(is_backfill())
        if self._status == 599:
            raise RuntimeError("a bug")
        return JSONResponse({}, status_code=self._status)

    def of_release(self, release_id: str) -> ChangeKind | None:
        if release_id == "unreachable":
            raise DatabaseUnavailableError("The release database does not answer.")
        return ChangeKind.SECURITY if release_id == "r7" else None

    def of_run(self, dag_id: str, run_id: str) -> ChangeKind | None:
        return ChangeKind.SECURITY if run_id == "r7-attempt-1" else None

    @staticmethod
    def _may_not_start(dag_id: str, named: str | None, person_id: str) -> str | None:
        if named == "unreachable":
            raise DatabaseUnavailableError("The release database does not answer.")
        return f"{person_id} may not start {dag_id} of {named}" if "theirs" in {dag_id, named} else None

    def _write(self, record: RequestRecord) -> None:
        if self._log_is_down(record):
            raise DatabaseUnavailableError("The release database does not answer.")
        self.written.append(record)

    @staticmethod
    async def _who(request: Request) -> Requester | None:
        known = {"Bearer sams": Requester(id="sam"), "Bearer internal": Requester(id="platform", via="task")}
        return known.get(request.headers.get("authorization", ""))


ANSWER = "/api/v2/dags/release__a/dagRuns/r-1/taskInstances/sign_off/-1/hitlDetails"


def test_an_attempt_is_written_before_and_the_outcome_after() -> None:
    server = Server()
    server.ask("PATCH", ANSWER, b'{"chosen_options": ["Approve"]}', authorization="Bearer sams")
    attempt, outcome = server.written
    assert (attempt.phase, attempt.user, attempt.status) == (Phase.ATTEMPT, "sam", None)
    assert (outcome.phase, outcome.status, outcome.outcome) == (Phase.OUTCOME, 200, Outcome.ALLOWED)
    assert attempt.request_id == outcome.request_id
    assert (outcome.dag_id, outcome.run_id, outcome.task_id) == ("release__a", "r-1", "sign_off")
    assert outcome.decision == {"chosen_options": ["Approve"]}


def test_what_the_console_asks_of_airflow_for_somebody_is_written_and_decided_as_a_request_of_theirs() -> None:
    server = Server()
    server.ask("POST", "/slipway/asks/api/v2/dags/release__a/dagRuns", authorization="Bearer sams")
    assert [(one.phase, one.user, one.dag_id, one.path.partition("/api/")[0]) for one in server.written] == [
        (Phase.ATTEMPT, "sam", None, "/slipway/asks"),
        (Phase.ATTEMPT, "sam", "release__a", ""),
        (Phase.OUTCOME, "sam", "release__a", ""),
        (Phase.OUTCOME, "sam", None, "/slipway/asks"),
    ]
    assert server.written[1].decision == {"conf": {"version": "1.0"}}

    refused = server.ask("POST", "/slipway/asks/api/v2/dags/theirs/dagRuns", authorization="Bearer sams")
    assert (refused.status_code, len(server.performed)) == (403, 3)
    assert server.written[-2].why == "sam may not start theirs of None"

    server.ask("POST", "/slipway/asks/api/v2/dags/release__a/dagRuns")
    assert {one.user for one in server.written[-4:]} == {None}, "nobody's right is lent to a stranger"


def test_a_refusal_is_written_as_one() -> None:
    server = Server(403)
    server.ask("DELETE", "/api/v2/dags/release__a/dagRuns/r-1", authorization="Bearer sams")
    assert [record.outcome for record in server.written] == [None, Outcome.REFUSED]


def test_a_crash_leaves_an_outcome_too() -> None:
    server = Server(599)
    assert server.ask("POST", "/slipway/api/holds").status_code == 500
    assert server.written[-1].outcome is Outcome.FAILED


def test_a_task_of_the_platform_is_told_apart_from_people() -> None:
    server = Server()
    server.ask("POST", "/slipway/api/grants", authorization="Bearer internal")
    server.ask("POST", "/slipway/api/holds", authorization="Bearer sams")
    server.ask("POST", "/slipway/api/holds")
    seen = [(record.user, record.via) for record in server.written if record.phase is Phase.ATTEMPT]
    assert seen == [("platform", "task"), ("sam", "rest"), (None, "rest")]


def test_a_header_that_claims_a_user_is_not_believed() -> None:
    server = Server()
    server.ask("POST", "/slipway/api/holds", **{"x-forwarded-user": "sam", "remote-user": "sam"})
    assert {record.user for record in server.written} == {None}


def test_the_application_gets_the_whole_body_unchanged() -> None:
    for size in (0, 10, 1_000_000):
        server = Server()
        server.ask("POST", "/api/v2/variables", b"x" * size)
        assert server.performed == [b"x" * size]


@pytest.mark.parametrize("size", [1_000_001, 3_000_000])
def test_what_is_too_long_to_be_looked_at_is_recorded_as_such_and_goes_no_further(size: int) -> None:
    server = Server()
    body = b'{"conf": {"change_kind": "security", "summary": "a hole"}}'.ljust(size)
    answer = server.ask("POST", "/api/v2/dags/release__orders/dagRuns", body, authorization="Bearer sams")
    assert answer.status_code == 413
    assert "Nothing was changed" in answer.json()["detail"]
    assert server.performed == []
    attempt, outcome = server.written
    assert (attempt.user, attempt.decision) == ("sam", {"too_long": True})
    assert (outcome.outcome, outcome.status) == (Outcome.REFUSED, 413)


DEEP = "[" * 700 + '"Approve"' + "]" * 700


@pytest.mark.parametrize(
    ("body", "kept"),
    [
        ('{"state": "success", "slots": NaN}', {"state": "success", "slots": "NaN"}),
        ('{"state": "success", "slots": -Infinity}', {"state": "success", "slots": "-Infinity"}),
        ('{"state": "success", "slots": 1e999}', {"state": "success", "slots": "inf"}),
        ('{"state": "success", "name": "\\ud800\\u0000"}', {"state": "success", "name": "??"}),
        ('{"state": "success", "chosen_options": ' + DEEP + "}", None),
        ('{"state": "success", ' + '"conf": {' * 600 + "}" * 600 + "}", None),
        ("[" * 90_000, {"unreadable": True}),
    ],
    ids=["nan", "infinity", "too great", "half a pair", "deep list", "deep conf", "deepest"],
)
def test_whatever_is_sent_is_written(body: str, kept: dict[str, object] | None) -> None:
    server = Server(403)
    assert server.ask("PATCH", "/api/v2/dags/release__orders/dagRuns/r1", body.encode()).status_code == 403
    attempt, outcome = server.written
    assert canonical(dict(attempt.decision)) == canonical(dict(outcome.decision))
    canonical(dict(attempt.decision)).encode()
    if kept is None:
        assert attempt.decision["state"] == "success"
    else:
        assert attempt.decision == kept


@pytest.mark.parametrize(("token", "most"), [("Bearer sams", 16_000), (None, 1_000)])
def test_what_is_kept_of_a_request_is_short_and_of_strangers_shorter(token: str | None, most: int) -> None:
    names = {name: name * 66 for name in ("dag_id", "run_id", "task_id")}
    headers = {"authorization": token} if token else {}
    for actions in (1, 10):
        body = json.dumps({"actions": [{"entities": [names] * 50}] * actions}).encode()
        server = Server(401)
        server.ask("PATCH", "/api/v2/dags/release__orders", body, **headers)
        decision = server.written[0].decision
        assert len(canonical(dict(decision))) <= most
    assert decision["too_much_to_keep"] is True
    assert len(str(decision["sha256"])) == 64


def test_where_the_log_cannot_be_written_nothing_is_changed() -> None:
    server = Server(log_is_down=lambda _: True)
    answer = server.ask("POST", "/api/v2/dags/release__a/dagRuns")
    assert answer.status_code == 503
    assert "Nothing was changed" in answer.json()["detail"]
    assert server.performed == []


def test_where_the_log_cannot_be_written_reading_goes_on() -> None:
    server = Server(log_is_down=lambda _: True)
    assert server.ask("GET", "/api/v2/dags").status_code == 200


def test_a_lost_outcome_leaves_the_attempt_and_the_answer() -> None:
    server = Server(log_is_down=lambda record: record.phase is Phase.OUTCOME)
    assert server.ask("POST", "/slipway/api/holds").status_code == 200
    assert [record.phase for record in server.written] == [Phase.ATTEMPT]


def test_a_failed_sign_in_is_written_without_what_was_typed() -> None:
    server = Server(401)
    server.ask("POST", "/auth/token", b'{"username": "my password by mistake"}')
    (record,) = server.written
    assert (record.path, record.status, record.user, record.decision) == ("/auth/token", 401, None, {})


def test_a_sign_in_that_succeeds_is_no_change() -> None:
    server = Server(201)
    server.ask("POST", "/auth/token", b"{}")
    assert server.written == []


def test_a_backfill_is_told_apart_from_a_trigger() -> None:
    server = Server()
    server.ask("POST", "/api/v2/backfills")
    server.ask("POST", "/api/v2/dags/dev__a/dagRuns")
    assert server.backfills == [True, False]


@pytest.mark.parametrize(
    ("method", "path", "change"),
    [
        ("POST", "/api/v2/dags/d/dagRuns", True),
        ("PUT", "/slipway/api/holds", True),
        ("DELETE", "/auth/fab/v1/users/sam", True),
        ("POST", "/auth/users/add", True),
        ("POST", "/ui/auth/token", True),
        ("GET", "/ui/config", False),
        ("POST", "/api/v2/dags/~/dagRuns/~/taskInstances/list", False),
        ("GET", "/api/v2/dags", False),
        ("HEAD", "/slipway/health", False),
        ("POST", "/execution/task-instances", False),
    ],
)
def test_what_may_change_something_is_recorded(method: str, path: str, change: bool) -> None:
    assert is_change(method, path) is change


ELSEWHERE = (
    {"origin": "https://elsewhere.example"},
    {"origin": "http://slipway:8081"},
    {"origin": "null"},
    {"sec-fetch-site": "cross-site"},
    {"sec-fetch-site": "same-site"},
)


@pytest.mark.parametrize("headers", ELSEWHERE, ids=str)
@pytest.mark.parametrize("path", [ANSWER, "/slipway/api/holds", "/ui/anything"])
def test_what_a_page_of_another_site_sends_is_refused_and_written(path: str, headers: dict[str, str]) -> None:
    server = Server()
    assert server.ask("POST", path, cookie="_token=sams", **headers).status_code == 403
    assert server.performed == []
    assert [record.outcome for record in server.written] == [None, Outcome.REFUSED]


@pytest.mark.parametrize(
    "headers",
    [
        {"origin": "http://slipway", "sec-fetch-site": "same-origin"},
        {"origin": "https://slipway.example"},
        {"sec-fetch-site": "none"},
        {"origin": "https://elsewhere.example", "authorization": "Bearer sams"},
    ],
    ids=str,
)
def test_our_own_pages_and_programs_with_a_token_are_let_in(headers: dict[str, str]) -> None:
    server = Server()
    assert server.ask("POST", ANSWER, cookie="_token=sams", **headers).status_code == 200
    assert len(server.performed) == 1


def test_a_form_that_tells_too_much_is_recorded_and_refused_before_airflow_has_it() -> None:
    server = Server()
    conf = {"change_kind": "security", "summary": "a hole in the order page", "rollback_plan": "SEC-1"}
    body = json.dumps({"conf": conf}).encode()

    answer = server.ask("POST", "/api/v2/dags/release__orders/dagRuns", body)

    assert answer.status_code == 403
    assert "SEC-" in answer.json()["detail"]
    assert server.performed == []
    assert [record.outcome for record in server.written] == [None, Outcome.REFUSED]
    assert "hole" not in str(server.written)


def test_what_a_security_release_may_not_say_is_not_in_the_log_either() -> None:
    server = Server()
    conf = {"change_kind": "standard", "release_id": "r7", "version": "a hole", "name": "a hole"}
    body = json.dumps({"conf": conf, "dag_run_id": "a hole"}).encode()

    answer = server.ask("POST", "/api/v2/dags/release__orders/dagRuns", body)

    assert (answer.status_code, server.performed) == (403, [])
    assert [record.decision for record in server.written] == [{"told_too_much": True}] * 2


def test_where_nobody_can_say_what_kind_a_release_is_nothing_is_changed() -> None:
    server = Server()
    body = json.dumps({"conf": {"release_id": "unreachable", "version": "1.0"}}).encode()
    assert server.ask("POST", "/api/v2/dags/release__orders/dagRuns", body).status_code == 503
    assert server.performed == []


def test_an_answer_that_tells_too_much_is_refused_before_airflow_has_it_and_may_be_given_again() -> None:
    server = Server()
    path = ANSWER.replace("r-1", "r7-attempt-1")
    told, reference = (
        json.dumps({"chosen_options": ["Approve"], "params_input": {"comment": comment}}).encode()
        for comment in ("the hole is closed", "SEC-7")
    )
    answer = server.ask("PATCH", path, told)
    assert (answer.status_code, server.performed) == (403, [])
    assert "hole" not in str(server.written) + answer.text
    assert server.ask("PATCH", path, reference).status_code == 200
    assert server.performed == [reference]


def started(server: Server, dag_id: str, body: bytes, who: str = "Bearer sams") -> httpx.Response:
    return server.ask("POST", f"/api/v2/dags/{dag_id}/dagRuns", body, authorization=who)


@pytest.mark.parametrize(
    ("dag_id", "body"), [("theirs", b"{}"), ("theirs", b"["), ("roll_back", b'{"conf": {"service": "theirs"}}')]
)
def test_a_run_that_one_may_not_have_started_is_refused_before_airflow_keeps_it(dag_id: str, body: bytes) -> None:
    server = Server()
    answer = started(server, dag_id, body)
    assert (answer.status_code, server.performed) == (403, [])
    assert answer.json()["detail"].startswith(f"sam may not start {dag_id}")
    attempt, outcome = server.written
    assert (attempt.why, outcome.why, outcome.outcome) == (None, answer.json()["detail"], Outcome.REFUSED)


@pytest.mark.parametrize("body", [b"", b"[]", b'{"conf": []}', b'{"conf": {"service": ["theirs"]}}'])
def test_what_names_nobody_elses_service_goes_on_to_airflow(body: bytes) -> None:
    server = Server()
    assert started(server, "roll_back", body).status_code == 200
    assert started(server, "theirs", b"", who="").status_code == 200  # Airflow itself refuses strangers
    assert server.ask("GET", "/api/v2/dags/theirs/dagRuns", authorization="Bearer sams").status_code == 200


def test_nothing_is_started_while_nobody_knows_who_may() -> None:
    answer = started(Server(), "roll_back", b'{"conf": {"service": "unreachable"}}')
    assert (answer.status_code, "release log cannot be written" in answer.text) == (503, True)


@pytest.mark.parametrize("name", ["run_after", "logical_date", "data_interval_start", "data_interval_end"])
@pytest.mark.parametrize(
    ("at", "because"),
    [
        ("2999-01-01T00:00:00Z", "is in the future"),
        (32_472_144_000, "is no time"),
        ("32472144000", "is no time"),
        ("2020-01-01T00:00:00", "is no time"),
        ("soon", "is no time"),
    ],
)
def test_a_run_starts_when_it_is_asked_for(name: str, at: object, because: str) -> None:
    server = Server()
    answer = started(server, "release__a", json.dumps({name: at}).encode())
    assert (answer.status_code, server.performed) == (403, [])
    assert f"{name} {because}" in answer.json()["detail"]


@pytest.mark.parametrize("at", [None, "2020-01-01T00:00:00Z", "2020-01-01T00:00:00.123456+01:00"])
def test_a_date_that_has_passed_is_airflows_matter(at: str | None) -> None:
    server = Server()
    body = {"logical_date": at, "run_after": at}
    assert started(server, "release__a", json.dumps(body).encode()).status_code == 200
    assert server.written[0].decision == body


def test_the_whole_name_of_a_run_is_kept() -> None:
    server = Server()
    started(server, "release__a", json.dumps({"dag_run_id": "x" * 250}).encode())
    assert server.written[0].decision == {"dag_run_id": "x" * 250}


@pytest.mark.parametrize("status", [307, 308])
def test_who_is_sent_to_another_address_has_changed_nothing(status: int) -> None:
    server = Server(status)
    server.ask("POST", "/slipway/api/holds/", b"{}", authorization="Bearer sams")
    assert server.written[1].outcome is Outcome.FAILED


def test_strangers_fill_no_log_and_are_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    now = [0.0]
    monkeypatch.setattr(time, "monotonic", lambda: now[0])
    monkeypatch.setattr(strangers, "MOST", 4)
    server = Server(401)
    codes = [server.ask("POST", "/slipway/api/holds", b"{}").status_code for _ in range(7)]
    assert codes == [401] * 4 + [429] * 3
    assert len(server.written) == 8
    assert server.ask("POST", "/auth/token", b"{}").status_code == 401  # who signs in is never kept waiting
    assert len(server.written) == 8
    assert server.ask("POST", "/slipway/api/holds", b"{}", authorization="Bearer sams").status_code == 401
    assert len(server.written) == 10
    now[0] += SPAN_SECONDS
    server.ask("POST", "/auth/token", b"{}")
    server.ask("POST", "/slipway/api/holds", b"{}")
    assert [one.unwritten_before for one in server.written[-3:]] == [4, 0, 0]
