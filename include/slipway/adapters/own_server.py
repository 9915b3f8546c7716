"""Asks the very server that a request came to, as whoever sent it: past the same recorder, to the same decisions.

Nothing is decided here, and no right is lent: what is asked carries the person's own token or cookie, and is told from
a request of theirs by nothing.
"""

from collections.abc import Awaitable, Callable, Mapping, MutableMapping
from typing import Any

import httpx

from slipway.domain.errors import SlipwayError
from slipway.domain.json_value import JsonObject

Scope = MutableMapping[str, Any]
App = Callable[[Scope, Any, Any], Awaitable[None]]
_SERVER = "slipway.server"
_OF_THE_SERVER = ("app", "root_path", "scheme", "server", "client")
_OF_THE_PERSON = ("authorization", "cookie", "host", "origin", "sec-fetch-site")


def keep_server(scope: Scope, app: App) -> None:
    """Lets whoever answers this request ask `app`, which it came to."""
    kept = {name: scope[name] for name in _OF_THE_SERVER if name in scope}
    state = dict(scope.get("state") or {})

    async def again(inner: Scope, receive: Any, send: Any) -> None:
        await app({**inner, **kept, "state": dict(state)}, receive, send)

    scope[_SERVER] = again


async def post_as_asked(scope: Scope, headers: Mapping[str, str], path: str, body: JsonObject) -> httpx.Response:
    """The answer, which may be a refusal. Raises SlipwayError where the application runs in no such server."""
    app = scope.get(_SERVER)
    if app is None:
        raise SlipwayError("this application runs outside Airflow, so it can start no run")
    sent = {name: headers[name] for name in _OF_THE_PERSON if name in headers}
    transport = httpx.ASGITransport(app, raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url="http://itself", cookies=None) as client:
        return await client.post(path, json=dict(body), headers=sent)
