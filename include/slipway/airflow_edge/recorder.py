"""Records every changing request to the API server, refusals included: a middleware on all of it."""

import asyncio
import logging
import uuid
from collections.abc import Awaitable, Callable
from dataclasses import replace

from starlette.requests import Request
from starlette.responses import JSONResponse

from slipway.adapters.own_server import keep_server
from slipway.airflow_edge.asgi import App, Message, Receive, Scope, Send
from slipway.airflow_edge.door import WhyNot, why_not_triggered
from slipway.airflow_edge.private_texts import Kinds, why_not_kept
from slipway.airflow_edge.request_body import MOST_BYTES, read_body
from slipway.airflow_edge.request_record import (
    HTTP_ERRORS,
    TOLD_TOO_MUCH,
    TOO_LONG,
    Phase,
    Requester,
    RequestRecord,
    decision_in,
    outcome_of,
    target_of,
)
from slipway.airflow_edge.request_scope import path_of, request_path
from slipway.airflow_edge.strangers import SPAN_SECONDS, Strangers
from slipway.domain.errors import SlipwayError
from slipway.domain.same_site import bearer, is_from_elsewhere, origin_of

Record = Callable[[RequestRecord], None]
Identify = Callable[[Request], Awaitable[Requester | None]]

_LOG = logging.getLogger(__name__)
_READING = frozenset({"GET", "HEAD", "OPTIONS", "TRACE"})
_SIGN_IN = ("/auth/token", "/auth/login", "/auth/logout")
_RECORDED = ("/api/v2/", "/slipway/", "/auth/", "/ui/")
_CRASHED = 500


class Recorder:
    """Writes an attempt before a change and its outcome after. No attempt, no change (503).

    A change that a page from elsewhere has somebody's browser send is refused here, Airflow's own routes included; so
    is a run that whoever asks may not have started.
    """

    def __init__(
        self, app: App, record: Record, identify: Identify, kinds: Kinds, may_not_start: WhyNot, base_url: str = ""
    ) -> None:
        self._app = app
        self._record = record
        self._identify = identify
        self._kinds = kinds
        self._may_not_start = may_not_start
        self._base_url = base_url
        self._strangers = Strangers()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One request; reading ones pass untouched."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        keep_server(scope, self)
        path = path_of(scope)
        token = request_path.set(path)
        try:
            if is_change(scope["method"], path):
                await self._recorded(path, scope, receive, send)
            elif path.startswith(_SIGN_IN) and scope["method"] not in _READING:
                await self._sign_in(path, scope, receive, send)
            else:
                await self._app(scope, receive, send)
        finally:
            request_path.reset(token)

    async def _recorded(self, path: str, scope: Scope, receive: Receive, send: Send) -> None:
        """A body too long to look at is refused: it could hide what the log and the secrecy of texts depend on."""
        body, replay = await read_body(receive)
        target = target_of(path)
        who = await self._identify(Request(scope))
        unwritten = self._strangers.unwritten_before() if who is None else 0
        if unwritten is None:
            await _too_many()(scope, replay, send)
            return
        try:
            tells = await asyncio.to_thread(why_not_kept, scope["method"], path, body, self._kinds) if body else None
            stranger = await self._stranger(scope["method"], path, body or b"", who)
        except SlipwayError as error:
            await _unavailable(error)(scope, replay, send)
            return
        attempt = RequestRecord(
            request_id=uuid.uuid4().hex,
            phase=Phase.ATTEMPT,
            user=who.id if who else None,
            via=who.via if who else "rest",
            method=scope["method"],
            path=path,
            dag_id=target.dag_id,
            run_id=target.run_id,
            task_id=target.task_id,
            decision=TOO_LONG if body is None else TOLD_TOO_MUCH if tells else decision_in(body, known=who is not None),
        )
        if unwritten:
            attempt = replace(attempt, unwritten_before=unwritten)
        try:
            await asyncio.to_thread(self._record, attempt)
        except SlipwayError as error:
            await _unavailable(error)(scope, replay, send)
            return
        status = _Status(send)
        app: App = _too_long() if body is None else self._app
        refusal = self._why_from_elsewhere(Request(scope)) or stranger or tells
        if refusal:
            app = JSONResponse({"detail": refusal}, status_code=403)
        try:
            await app(scope, replay, status)
        finally:
            await self._outcome(replace(attempt, why=refusal), status.code)

    async def _stranger(self, method: str, path: str, body: bytes, who: Requester | None) -> str | None:
        if who is None:
            return None
        return await asyncio.to_thread(why_not_triggered, method, path, body, who.id, self._may_not_start)

    def _why_from_elsewhere(self, request: Request) -> str | None:
        ours = {origin_of(self._base_url), f"{request.url.scheme}://{request.headers.get('host')}"}
        if bearer(request.headers) is None and is_from_elsewhere(request.headers, ours):
            return "This change did not come from a page of this server: use its pages, or send a token."
        return None

    async def _sign_in(self, path: str, scope: Scope, receive: Receive, send: Send) -> None:
        """Only failures: a sign-in changes nothing. Who tried is not taken from a request, which may lie."""
        status = _Status(send)
        await self._app(scope, receive, status)
        unwritten = self._strangers.unwritten_before() if status.code >= HTTP_ERRORS else None
        if unwritten is not None:
            failed = RequestRecord(
                request_id=uuid.uuid4().hex,
                phase=Phase.ATTEMPT,
                user=None,
                method=scope["method"],
                path=path,
                unwritten_before=unwritten,
            )
            await self._outcome(failed, status.code)

    async def _outcome(self, attempt: RequestRecord, status: int) -> None:
        """The change is made or refused by now: a lost outcome is itself found, as an attempt without one."""
        outcome = replace(attempt, phase=Phase.OUTCOME, status=status, outcome=outcome_of(status))
        try:
            await asyncio.to_thread(self._record, outcome)
        except SlipwayError:
            _LOG.exception("The outcome of request %s was not recorded", attempt.request_id)


def is_change(method: str, path: str) -> bool:
    """Whether a request may change something; `…/list` reads by POST."""
    reads_by_post = method == "POST" and path.endswith("/list")
    if method in _READING or reads_by_post or path.startswith(_SIGN_IN):
        return False
    return path.startswith(_RECORDED)


class _Status:
    """Passes the answer on and remembers its status."""

    def __init__(self, send: Send) -> None:
        self._send = send
        self.code = _CRASHED

    async def __call__(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.code = message["status"]
        await self._send(message)


def _too_long() -> JSONResponse:
    detail = f"Nothing was changed: a request of more than {MOST_BYTES} bytes is not looked at. Say it shorter."
    return JSONResponse({"detail": detail}, status_code=413)


def _too_many() -> JSONResponse:
    detail = "Nothing was changed: too many requests of people who are not signed in. Sign in, and ask again."
    return JSONResponse({"detail": detail}, status_code=429, headers={"Retry-After": f"{SPAN_SECONDS:.0f}"})


def _unavailable(error: SlipwayError) -> JSONResponse:
    detail = f"Nothing was changed: the release log cannot be written, so changes are refused. {error}"
    return JSONResponse({"detail": detail}, status_code=503, headers={"Retry-After": "10"})
