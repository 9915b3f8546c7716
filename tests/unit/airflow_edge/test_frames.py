"""Every answer says who may frame it; one that says so itself keeps its own rules."""

import asyncio

import httpx
import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from slipway.airflow_edge.frames import Frames


def answer(**own: str) -> httpx.Response:
    async def page(_: Request) -> Response:
        return PlainTextResponse("here", headers=own)

    async def ask() -> httpx.Response:
        app = Frames(Starlette(routes=[Route("/", page)]))
        async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://slipway") as client:  # type: ignore[arg-type]
            return await client.get("/")

    return asyncio.run(ask())


def test_a_page_is_framed_by_its_own_origin_only() -> None:
    headers = answer().headers
    assert headers["x-frame-options"] == "SAMEORIGIN"
    assert headers["content-security-policy"] == "frame-ancestors 'self'"


@pytest.mark.parametrize(
    ("name", "own"), [("X-Frame-Options", "DENY"), ("Content-Security-Policy", "frame-ancestors 'none'")]
)
def test_stricter_rules_of_its_own_stay(name: str, own: str) -> None:
    assert answer(**{name: own}).headers.get_list(name) == [own]
