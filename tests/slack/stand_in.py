"""Slack's Web API over real HTTP, as far as Slipway uses it and as its documentation says; and what it is like broken.

https://docs.slack.dev/reference/methods and https://docs.slack.dev/apis/web-api/rate-limits
"""

import json
import threading
import time
from collections import Counter, deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl

from tests.fakes.endless import Endless

TOKEN = "xoxb-stand-in"
BOT = "U0SLIPWAY"
LONGEST_TOPIC = 250
LONGEST_SECTION = 3000
MOST_BLOCKS = 50
Answer = dict[str, Any]
Fault = Callable[["Call"], None]


class SlackProblemError(Exception):
    """`{"ok": false, "error": …}`: what Slack says, with status 200."""


@dataclass
class Channel:
    """One conversation; messages in the order in which they were posted."""

    id: str
    topic: str = ""
    is_member: bool = True
    messages: list[Answer] = field(default_factory=list)


@dataclass
class Call:
    """One request: its method, its arguments, and ways to answer."""

    slack: "SlackStandIn"
    request: BaseHTTPRequestHandler
    method: str
    arguments: Mapping[str, Any]

    def answer(self, status: int, body: bytes, headers: Mapping[str, str] | None = None) -> None:
        """Any answer at all."""
        self.request.send_response(status)
        for name, value in {"Content-Type": "application/json; charset=utf-8", **(headers or {})}.items():
            self.request.send_header(name, value)
        self.request.send_header("Content-Length", str(len(body)))
        self.request.end_headers()
        self.request.wfile.write(body)

    def answer_properly(self) -> None:
        """As Slack does when nothing is wrong."""
        try:
            answer = {"ok": True, **self.slack.do(self)}
        except SlackProblemError as problem:
            answer = {"ok": False, "error": str(problem)}
        self.answer(200, json.dumps(answer).encode())


class SlackStandIn:
    """One workspace. Each fault of `faults` is used up by one call, those of `always` by none."""

    def __init__(self) -> None:
        self.channels: dict[str, Channel] = {}
        self.people: dict[str, str] = {}
        """Ids by e-mail address."""
        self.scopes = {"chat:write", "channels:read", "channels:history", "channels:write.topic", "users:read.email"}
        self.faults: deque[Fault] = deque()
        self.always: Fault | None = None
        self.calls: list[tuple[str, Mapping[str, Any]]] = []
        self.over = threading.Event()
        self._last = 0.0
        self._lock = threading.Lock()
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self._server.daemon_threads = True
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.02,))
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}/api/"

    @property
    def connection(self) -> str:
        """What Airflow needs to reach it, as JSON."""
        return json.dumps({"conn_type": "slack", "password": TOKEN, "extra": {"base_url": self.url}})

    def __enter__(self) -> "SlackStandIn":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.over.set()
        self.shut()

    def shut(self) -> None:
        """From now on connections are refused."""
        if self._thread.is_alive():
            self._server.shutdown()
            self._server.server_close()
            self._thread.join()

    def channel(self, channel_id: str, topic: str = "") -> Channel:
        """A channel that the bot is a member of."""
        return self.channels.setdefault(channel_id, Channel(channel_id, topic))

    def counted(self) -> Counter[str]:
        """How often each method was called."""
        return Counter(method for method, _ in self.calls)

    def shown(self, channel_id: str) -> list[str]:
        """The texts of a channel in order; those in a thread are indented."""
        return [("  " if _is_reply(one) else "") + one["text"] for one in self.channels[channel_id].messages]

    def seen_by_all(self, channel_id: str) -> list[str]:
        """What the channel itself shows: no replies but those that were broadcast."""
        return [one["text"] for one in self.channels[channel_id].messages if _is_in_channel(one)]

    def do_post(self, channel_id: str, text: str) -> None:
        """What a person writes there."""
        _post(self, {"channel": channel_id, "text": text})

    def respond(self, request: BaseHTTPRequestHandler) -> None:
        """One answer."""
        body = request.rfile.read(int(request.headers["Content-Length"] or 0)).decode()
        asked_in_json = (request.headers["Content-Type"] or "").startswith("application/json")
        arguments = json.loads(body) if asked_in_json and body else dict(parse_qsl(body))
        call = Call(self, request, request.path.removeprefix("/api/"), arguments)
        with self._lock:
            self.calls.append((call.method, arguments))
            fault = self.always or (self.faults.popleft() if self.faults else Call.answer_properly)
        fault(call)

    def do(self, call: Call) -> Answer:
        """What the method does. Raises SlackProblemError."""
        method = _METHODS.get(call.method)
        if method is None:
            raise SlackProblemError("unknown_method")
        authorization = call.request.headers["Authorization"]
        if authorization is None:
            raise SlackProblemError("not_authed")
        if authorization != f"Bearer {TOKEN}":
            raise SlackProblemError("invalid_auth")
        scope, do = method
        if scope is not None and scope not in self.scopes:
            raise SlackProblemError("missing_scope")
        with self._lock:
            return do(self, call.arguments)

    def timestamp(self) -> str:
        """Slack's id of a message: unique in its channel and rising."""
        self._last = max(time.time(), self._last + 0.000001)
        return f"{self._last:.6f}"

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        slack = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self) -> None:
                slack.respond(self)

            def log_message(self, *_: object) -> None:
                pass

        return Handler


# Faults -------------------------------------------------------------------------------------------------------------


def limited(seconds: int) -> Fault:
    """Too many requests: nothing is done, and the header says when to come back."""
    body = b'{"ok":false,"error":"ratelimited"}'
    return lambda call: call.answer(429, body, {"Retry-After": str(seconds)})


def says(error: str) -> Fault:
    """An error as Slack tells most of them: with status 200."""
    return lambda call: call.answer(200, json.dumps({"ok": False, "error": error}).encode())


def status(number: int) -> Fault:
    """An error of the machines before Slack: a page of HTML."""
    return lambda call: call.answer(number, b"<html>Server Error</html>", {"Content-Type": "text/html"})


def no_json(call: Call) -> None:
    """Status 200, and a page of somebody in between."""
    call.answer(200, b"<!doctype html><title>Sign in to the network</title>", {"Content-Type": "text/html"})


def garbage(call: Call) -> None:
    """Status 200, and bytes that are no text."""
    call.answer(200, b"\x1f\x8b\x00")


def closed(call: Call) -> None:
    """The connection ends without an answer, and nothing was done."""
    call.request.close_connection = True


def answer_lost(call: Call) -> None:
    """It is done, but the connection ends before the answer."""
    call.slack.do(call)
    call.request.close_connection = True


def silent(call: Call) -> None:
    """It is done, but nothing is said until the stand-in ends."""
    call.slack.do(call)
    call.slack.over.wait(60)
    call.request.close_connection = True


def dripping(endless: Endless) -> Fault:
    """It is done, and the answer never ends."""

    def answer(call: Call) -> None:
        call.slack.do(call)
        endless(call.request, call.slack.over)

    return answer


# Methods ------------------------------------------------------------------------------------------------------------


def _channel(slack: SlackStandIn, arguments: Mapping[str, Any]) -> Channel:
    found = slack.channels.get(str(arguments.get("channel", "")))
    if found is None:
        raise SlackProblemError("channel_not_found")
    return found


def _own_channel(slack: SlackStandIn, arguments: Mapping[str, Any]) -> Channel:
    found = _channel(slack, arguments)
    if not found.is_member:
        raise SlackProblemError("not_in_channel")
    return found


def _content(arguments: Mapping[str, Any]) -> Answer:
    text, blocks = arguments.get("text", ""), arguments.get("blocks", [])
    if not text and not blocks:
        raise SlackProblemError("no_text")
    sections = [block.get("text", {}).get("text", "") for block in blocks]
    if len(blocks) > MOST_BLOCKS or any(len(section) > LONGEST_SECTION for section in sections):
        raise SlackProblemError("invalid_blocks")
    return {"text": text, "blocks": blocks}


def _is_reply(message: Answer) -> bool:
    return bool(message.get("thread_ts", message["ts"]) != message["ts"])


def _is_in_channel(message: Answer) -> bool:
    """A reply is only where it was broadcast: https://docs.slack.dev/reference/events/message/thread_broadcast"""
    return not _is_reply(message) or message.get("subtype") == "thread_broadcast"


def _message(channel: Channel, ts: object, error: str) -> Answer:
    found = next((one for one in channel.messages if one["ts"] == ts), None)
    if found is None:
        raise SlackProblemError(error)
    return found


def _auth_test(_slack: SlackStandIn, _arguments: Mapping[str, Any]) -> Answer:
    return {"url": "https://stand-in.slack.com/", "team": "stand-in", "team_id": "T0", "user_id": BOT}


def _post(slack: SlackStandIn, arguments: Mapping[str, Any]) -> Answer:
    channel = _own_channel(slack, arguments)
    message = {"type": "message", "user": BOT, "ts": slack.timestamp(), **_content(arguments)}
    if "metadata" in arguments:
        message["metadata"] = arguments["metadata"]
    if arguments.get("thread_ts"):
        parent = _message(channel, arguments["thread_ts"], "thread_not_found")
        message["thread_ts"] = parent.setdefault("thread_ts", parent["ts"])
        if arguments.get("reply_broadcast"):
            message["subtype"] = "thread_broadcast"
    channel.messages.append(message)
    return {"channel": channel.id, "ts": message["ts"], "message": message}


def _update(slack: SlackStandIn, arguments: Mapping[str, Any]) -> Answer:
    channel = _channel(slack, arguments)
    message = _message(channel, arguments.get("ts"), "message_not_found")
    message.update(_content(arguments))
    return {"channel": channel.id, "ts": message["ts"], "text": message["text"], "message": message}


def _history(slack: SlackStandIn, arguments: Mapping[str, Any]) -> Answer:
    channel = _own_channel(slack, arguments)
    return _page([one for one in reversed(channel.messages) if _is_in_channel(one)], arguments)


def _replies(slack: SlackStandIn, arguments: Mapping[str, Any]) -> Answer:
    channel = _own_channel(slack, arguments)
    parent = _message(channel, arguments.get("ts"), "thread_not_found")
    return _page([one for one in channel.messages if one.get("thread_ts", one["ts"]) == parent["ts"]], arguments)


def _page(messages: list[Answer], arguments: Mapping[str, Any]) -> Answer:
    """`oldest` is exclusive; metadata is whole only where it was asked for; more pages go by `next_cursor`."""
    oldest, limit, begin = float(arguments.get("oldest", 0)), int(arguments.get("limit", 100)), 0
    if arguments.get("cursor"):
        begin = int(arguments["cursor"])
    found = [one for one in messages if float(one["ts"]) > oldest]
    whole = str(arguments.get("include_all_metadata", "0")).lower() in {"1", "true"}
    shown = [dict(one) if whole else _without_payload(one) for one in found[begin : begin + limit]]
    more = begin + limit < len(found)
    page: Answer = {"messages": shown, "has_more": more}
    return page | ({"response_metadata": {"next_cursor": str(begin + limit)}} if more else {})


def _without_payload(message: Answer) -> Answer:
    if "metadata" not in message:
        return dict(message)
    return {**message, "metadata": {"event_type": message["metadata"]["event_type"]}}


def _info(slack: SlackStandIn, arguments: Mapping[str, Any]) -> Answer:
    channel = _channel(slack, arguments)
    return {"channel": {"id": channel.id, "is_member": channel.is_member, "topic": {"value": channel.topic}}}


def _set_topic(slack: SlackStandIn, arguments: Mapping[str, Any]) -> Answer:
    channel = _own_channel(slack, arguments)
    topic = str(arguments.get("topic", ""))
    if len(topic) > LONGEST_TOPIC:
        raise SlackProblemError("too_long")
    channel.topic = topic
    return {"channel": {"id": channel.id, "topic": {"value": topic}}}


def _lookup(slack: SlackStandIn, arguments: Mapping[str, Any]) -> Answer:
    found = slack.people.get(str(arguments.get("email", "")))
    if found is None:
        raise SlackProblemError("users_not_found")
    return {"user": {"id": found}}


_METHODS: Mapping[str, tuple[str | None, Callable[[SlackStandIn, Mapping[str, Any]], Answer]]] = {
    "auth.test": (None, _auth_test),
    "chat.postMessage": ("chat:write", _post),
    "chat.update": ("chat:write", _update),
    "conversations.history": ("channels:history", _history),
    "conversations.replies": ("channels:history", _replies),
    "conversations.info": ("channels:read", _info),
    "conversations.setTopic": ("channels:write.topic", _set_topic),
    "users.lookupByEmail": ("users:read.email", _lookup),
}
"""By name: the scope that a token needs, and what it does."""
