"""So many requests go in at once; who waits gets in when one has ended, whatever came of it."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from slipway.airflow_edge.gate import Gate


class Inside:
    """An application that holds each request until it is let go."""

    def __init__(self) -> None:
        self.went_in: list[str] = []
        self._ends = asyncio.Event()
        self.fails = False

    async def __call__(self, scope: Any, _receive: Any, _send: Any) -> None:
        self.went_in.append(scope["path"])
        await self._ends.wait()
        if self.fails:
            raise ValueError(scope["path"])

    def let_go(self) -> None:
        self._ends.set()


async def ask(gate: Gate, *paths: str, kind: str = "http", root: str = "") -> list[asyncio.Task[None]]:
    async def nothing(*_: Any) -> Any:
        return {"type": "http.request", "body": b"", "more_body": False}

    asked = [
        asyncio.create_task(gate({"type": kind, "path": root + path, "root_path": root}, nothing, nothing))
        for path in paths
    ]
    for _ in range(3):
        await asyncio.sleep(0)
    return asked


def run(story: Callable[[], Awaitable[None]]) -> None:
    async def told() -> None:
        await story()

    asyncio.run(told())


@pytest.mark.parametrize("fails", [False, True])
def test_who_comes_too_many_waits_and_then_gets_in_in_order(*, fails: bool) -> None:
    async def story() -> None:
        inside = Inside()
        inside.fails = fails
        asked = await ask(Gate(inside, 2), "/1", "/2", "/3", "/4")
        assert inside.went_in == ["/1", "/2"]
        inside.let_go()
        ended = await asyncio.gather(*asked, return_exceptions=True)
        assert inside.went_in == ["/1", "/2", "/3", "/4"]
        assert [type(one) for one in ended] == [ValueError if fails else type(None)] * 4

    run(story)


def test_who_goes_away_while_waiting_keeps_no_place() -> None:
    async def story() -> None:
        inside = Inside()
        gate = Gate(inside, 1)
        first, second, third = await ask(gate, "/1", "/2", "/3")
        second.cancel()
        inside.let_go()
        await asyncio.gather(first, third)
        assert inside.went_in == ["/1", "/3"]

    run(story)


@pytest.mark.parametrize("root", ["", "/airflow"])
@pytest.mark.parametrize(
    "path",
    [
        "/execution/task-instances/1/run",
        "/api/v2/dags/release__a/dagRuns/r-1/wait",
        "/slipway/health",
        "/slipway/api/migrations/checks",
    ],
)
def test_tasks_and_what_waits_itself_pass_by(path: str, root: str) -> None:
    async def story() -> None:
        inside = Inside()
        gate = Gate(inside, 1)
        asked = [*await ask(gate, "/1"), *await ask(gate, path, root=root), *await ask(gate, "/", kind="websocket")]
        assert inside.went_in == ["/1", root + path, "/"]
        inside.let_go()
        await asyncio.gather(*asked)

    run(story)


@pytest.mark.parametrize("slow_at", ["sending", "reading"])
def test_who_sends_or_reads_slowly_takes_no_place_meanwhile(slow_at: str) -> None:
    async def story() -> None:
        never, answered = asyncio.Event(), []

        async def application(scope: Any, receive: Any, send: Any) -> None:
            await receive()
            await send({"type": "http.response.start"})
            answered.append(scope["path"])

        async def receives() -> Any:
            return {"type": "http.request", "body": b"", "more_body": False}

        async def waits(*_: Any) -> Any:
            await never.wait()

        async def sends(_: Any) -> None:
            return None

        gate = Gate(application, 1)
        slow = (waits, sends) if slow_at == "sending" else (receives, waits)
        first = asyncio.create_task(gate({"type": "http", "path": "/slow"}, *slow))
        for _ in range(5):
            await asyncio.sleep(0)
        await gate({"type": "http", "path": "/quick"}, receives, sends)
        assert answered == ["/quick"]
        first.cancel()

    run(story)
