"""So many requests at once go into the API server; the others wait for their turn, and cost nothing meanwhile.

Each request holds one of Airflow's connections to its database, some two. Airflow also looks each token up there, in
its event loop: where none is free, the whole server stands still until one is, or for half a minute
(apache/airflow#66493). So whoever sent sixty requests at once stopped everybody's, a rescue too.

A place is taken for as long as the server itself works: not while somebody sends slowly, nor while he reads slowly.
"""

import asyncio
import re

from slipway.airflow_edge.asgi import App, Message, Receive, Scope, Send
from slipway.airflow_edge.request_body import read_body
from slipway.airflow_edge.request_scope import path_of

AT_ONCE = 25
"""Twice that, and what passes by, must be less than the connections that `platform/settings.py` allows."""
_PASSES = re.compile(
    r"/execution/.*|/api/v2/dags/[^/]+/dagRuns/[^/]+/wait/?|/slipway/(?:health|api/migrations/checks)/?"
)
"""The tasks' own calls, which are few; and what waits for something else for long."""


class Gate:
    """A middleware: first come, first in."""

    def __init__(self, app: App, at_once: int = AT_ONCE) -> None:
        self._app = app
        self._places = asyncio.Semaphore(at_once)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One request, once there is a place for it."""
        if scope["type"] != "http" or _PASSES.fullmatch(path_of(scope)):
            await self._app(scope, receive, send)
            return
        _, replay = await read_body(receive)
        await self._places.acquire()
        left = False

        def leave() -> None:
            nonlocal left
            if not left:
                left = True
                self._places.release()

        async def leaving(message: Message) -> None:
            leave()
            await send(message)

        try:
            await self._app(scope, replay, leaving)
        finally:
            leave()
