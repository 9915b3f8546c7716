"""What the recorder tells the auth manager about the request in progress.

Airflow asks the same question for a trigger and for a backfill; only the path tells them apart.
"""

from contextvars import ContextVar

request_path: ContextVar[str] = ContextVar("slipway_request_path", default="")


def is_backfill() -> bool:
    """Whether the request in progress would create, change or try a backfill."""
    return request_path.get().startswith("/api/v2/backfills")
