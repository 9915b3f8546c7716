"""What a request in progress asks for, as middlewares and the auth manager see it.

Airflow asks the same question for a trigger and for a backfill; only the path tells them apart.
"""

from collections.abc import Mapping
from contextvars import ContextVar
from typing import Any

request_path: ContextVar[str] = ContextVar("slipway_request_path", default="")


def is_backfill() -> bool:
    """Whether the request in progress would create, change or try a backfill."""
    return request_path.get().startswith("/api/v2/backfills")


def path_of(scope: Mapping[str, Any]) -> str:
    """The path of a request, without the address that the whole server is below."""
    path, root = str(scope["path"]), str(scope.get("root_path", ""))
    return path.removeprefix(root) if root and path.startswith(f"{root}/") else path
