"""The routes of the application itself, and a body that each of them would understand."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from fastapi import FastAPI
from fastapi.routing import APIRoute

from slipway.console.app import create_app
from slipway.console.parts import Parts

READING = frozenset({"GET", "HEAD", "OPTIONS"})
OF_TASKS = ("/api/grants", "/api/audits")
"""Opened by the platform's internal token, never by a person."""
_EXAMPLES = {"string": "x", "integer": 1, "number": 1, "boolean": True, "array": [], "object": {}}
_NAMES = {"service": "orders"}
_FORMATS = {"date-time": "2100-01-01T00:00:00Z", "date": "2100-01-01"}


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


def body_of(route: Route) -> Any:
    """A body with every needed field, or None where none is read."""
    described = _app().openapi()
    operation = described["paths"].get(route.path, {}).get(route.method.lower(), {})
    content = operation.get("requestBody", {}).get("content", {})
    schema = content.get("application/json", {}).get("schema")
    return None if schema is None else _example(schema, described["components"]["schemas"])


def _example(schema: Mapping[str, Any], known: Mapping[str, Any]) -> Any:
    if "$ref" in schema:
        return _example(known[schema["$ref"].rpartition("/")[2]], known)
    for choice in schema.get("anyOf", ())[:1]:
        return _example(choice, known)
    if "enum" in schema:
        return schema["enum"][0]
    if schema.get("type") == "object":
        needed = {*schema.get("required", ()), *({"reason"} & schema.get("properties", {}).keys())}
        return {name: _NAMES.get(name) or _example(schema["properties"][name], known) for name in sorted(needed)}
    return _FORMATS.get(schema.get("format", "")) or _EXAMPLES[schema.get("type", "string")]
