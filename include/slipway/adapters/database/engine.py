"""Connections to the release database."""

from sqlalchemy import Engine, create_engine
from sqlalchemy.pool import NullPool


def make_engine(url: str, *, pooled: bool = True) -> Engine:
    """An engine that checks a connection before use; `pooled=False` for short-lived task processes.

    Its errors leave out what was to be written: that may be the text of a security release."""
    arguments = {
        "connect_timeout": 10,
        "options": "-c timezone=UTC -c lock_timeout=30s",
        "application_name": "slipway",
    }
    if not pooled:
        return create_engine(url, poolclass=NullPool, hide_parameters=True, connect_args=arguments)
    return create_engine(
        url, pool_pre_ping=True, pool_size=5, max_overflow=10, hide_parameters=True, connect_args=arguments
    )
