"""Nobody makes the API server ask its database a thousand times a second."""

import asyncio
from typing import Any

import pytest

from slipway.airflow_edge.patience import Patience

WAIT = "/api/v2/dags/release__orders/dagRuns/r1/wait"


def status(path: str, query: str) -> int:
    """What the server would answer; 200 where the request gets through."""
    sent: list[Any] = []

    async def app(_scope: Any, _receive: Any, send: Any) -> None:
        await send({"type": "http.response.start", "status": 200})

    async def send(message: Any) -> None:
        sent.append(message)

    async def receive() -> Any:
        return {"type": "http.request", "body": b"", "more_body": False}

    scope = {"type": "http", "method": "GET", "path": path, "query_string": query.encode(), "headers": []}
    asyncio.run(Patience(app)(scope, receive, send))
    return int(sent[0]["status"])


@pytest.mark.parametrize("interval", ["0.00001", "0.99", "nan", "-1", "5&interval=0.1"])
def test_whoever_asks_too_often_is_refused(interval: str) -> None:
    assert status(WAIT, f"interval={interval}") == 422


@pytest.mark.parametrize("interval", ["1", "30", "soon", ""])
def test_others_get_through(interval: str) -> None:
    assert status(WAIT, f"interval={interval}") == 200


def test_nothing_else_is_looked_at() -> None:
    assert status("/api/v2/dags/release__orders/dagRuns/r1", "interval=0.1") == 200
