"""The routes of the application itself, and a body that each of them would understand."""

from dataclasses import dataclass
from functools import cache
from typing import Any

from fastapi import FastAPI
from fastapi.routing import APIRoute

from slipway.console.app import create_app
from slipway.console.parts import Parts
from tests.example_body import body_for

READING = frozenset({"GET", "HEAD", "OPTIONS"})
OF_TASKS = ("/api/grants", "/api/audits")
"""Opened by the platform's internal token, never by a person."""
OF_PIPELINES = ("/api/changes", "/api/changes/{release_id}/result")
"""Opened by a service token, never by a person."""


@dataclass(frozen=True, order=True)
class Route:
    """What can be asked of the application."""

    method: str
    path: str

    @property
    def changes(self) -> bool:
        """Whether it may change something."""
        return self.method not in READING

    def __str__(self) -> str:
        return f"{self.method} {self.path}"


@cache
def _app() -> FastAPI:
    def nothing(*_: object) -> Any:
        raise AssertionError("only its routes are asked for")

    parts = {"world": nothing, "store": nothing, "read_answer": nothing, "catalogue": None, "base_url": ""}
    return create_app(Parts(**parts, internal_token=""), str)  # type: ignore[arg-type]


def all_routes() -> list[Route]:
    """Every route, from the application."""
    routes = [route for route in _app().routes if isinstance(route, APIRoute)]
    return sorted({Route(method, route.path) for route in routes for method in route.methods or ()})


def described() -> dict[str, Any]:
    """The application's own description of what it accepts."""
    return _app().openapi()


def body_of(route: Route) -> Any:
    """A body with every needed field, or None where none is read."""
    return body_for(described(), route.path, route.method)
