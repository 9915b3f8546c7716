"""One LISTEN connection per event loop, shared by all triggers of a process."""

import asyncio
import logging
from urllib.parse import parse_qs, unquote, urlsplit

import asyncpg

from slipway.wiring import release_database_url

CHANNEL = "slipway"
_RECONNECT_SECONDS = 2.0
_LOG = logging.getLogger(__name__)


class Changes:
    """Counts announcements; waiters wait for the count to move on."""

    def __init__(self) -> None:
        self._count = 0
        self._moved = asyncio.Condition()
        self._listener = asyncio.ensure_future(self._listen())

    def mark(self) -> int:
        """The count to compare with later: take it before looking, so that no change in between is missed."""
        return self._count

    async def wait(self, seen: int, seconds: float) -> None:
        """Returns when something changed since `seen`, or the seconds are over."""
        try:
            async with asyncio.timeout(seconds), self._moved:
                await self._moved.wait_for(lambda: self._count != seen)
        except TimeoutError:
            return

    async def _announce(self) -> None:
        async with self._moved:
            self._count += 1
            self._moved.notify_all()

    async def _listen(self) -> None:
        while True:
            try:
                await self._listen_once()
            except (OSError, asyncpg.PostgresError, asyncpg.InterfaceError):
                _LOG.warning("Lost the connection that announces changes; looking at intervals until it is back")
            await self._announce()
            await asyncio.sleep(_RECONNECT_SECONDS)

    async def _listen_once(self) -> None:
        connection = await asyncpg.connect(**connect_arguments(release_database_url()), timeout=10)
        loop = asyncio.get_running_loop()
        pending: set[asyncio.Task[None]] = set()
        closed = asyncio.Event()

        def announced(*_: object) -> None:
            task = loop.create_task(self._announce())
            pending.add(task)
            task.add_done_callback(pending.discard)

        try:
            connection.add_termination_listener(lambda *_: closed.set())
            await connection.add_listener(CHANNEL, announced)
            await self._announce()
            await closed.wait()
        finally:
            await connection.close(timeout=5)


_by_loop: dict[asyncio.AbstractEventLoop, Changes] = {}


def changes() -> Changes:
    """The shared listener of the running loop."""
    loop = asyncio.get_running_loop()
    if loop not in _by_loop:
        _by_loop[loop] = Changes()
    return _by_loop[loop]


def connect_arguments(url: str) -> dict[str, str | int | None]:
    """A SQLAlchemy URL as asyncpg wants it; a socket's folder may be in the query."""
    parts = urlsplit(url)
    query = parse_qs(parts.query)
    return {
        "user": unquote(parts.username) if parts.username else "postgres",
        "password": unquote(parts.password) if parts.password else None,
        "database": unquote(parts.path.lstrip("/")),
        "host": query.get("host", [parts.hostname or "localhost"])[0],
        "port": parts.port or int(query.get("port", ["5432"])[0]),
    }
