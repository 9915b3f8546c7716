"""Secrets by id, from the environment, in the forms that Airflow reads."""

import json
import os
from collections.abc import Mapping
from typing import Any
from urllib.parse import unquote, urlsplit

from sqlalchemy import URL, make_url
from sqlalchemy.exc import ArgumentError

from slipway.domain.errors import NotFoundError, SlipwayError

_POSTGRES = "postgresql+psycopg2"
_POSTGRES_NAMES = ("postgres", "postgresql", "postgresql+psycopg2")


class EnvironmentConnections:
    """`orders_dev` is `AIRFLOW_CONN_ORDERS_DEV`: a URI, or a JSON object with `conn_type`, `host` …"""

    def __init__(self, environ: Mapping[str, str] | None = None) -> None:
        self._environ = os.environ if environ is None else environ

    def url(self, connection_id: str) -> str:
        """The connection's URL; PostgreSQL in SQLAlchemy's form. Raises NotFoundError naming the variable."""
        variable = f"AIRFLOW_CONN_{connection_id.upper()}"
        value = self._environ.get(variable, "").strip()
        if not value:
            raise NotFoundError(
                f"There is no connection {connection_id!r}: set the variable {variable}, for example "
                "to postgres://user:password@host:5432/database."
            )
        try:
            return _from_json(json.loads(value)) if value.startswith("{") else _from_uri(value)
        except (ValueError, KeyError, TypeError, AttributeError, ArgumentError):
            # the value is a secret: neither it nor an error that quotes it may be shown
            raise SlipwayError(
                f"{variable} cannot be read: it must be a URI like "
                "postgres://user:password@host:5432/database, "
                'or a JSON object like {"conn_type": "postgres", "host": "…"}.'
            ) from None


def _from_uri(value: str) -> str:
    kind = urlsplit(value).scheme
    if not kind:
        raise ValueError(kind)
    if kind not in _POSTGRES_NAMES:
        return value
    url = make_url(_POSTGRES + value[len(kind) :])
    host = unquote(url.host or "")  # Airflow quotes a socket's folder in the host part
    query = {key: each for key, each in url.query.items() if key != "__extra__"}
    if host.startswith("/"):
        host, query = "", {**query, "host": host}
    return url.set(host=host, query=query).render_as_string(hide_password=False)


def _from_json(facts: Mapping[str, Any]) -> str:
    kind, host = facts["conn_type"], str(facts.get("host") or "")
    name = _POSTGRES if kind in _POSTGRES_NAMES else kind
    extra = facts.get("extra") or {}
    options = json.loads(extra) if isinstance(extra, str) else extra
    plain = {key: str(each) for key, each in options.items() if isinstance(each, str | int)}
    query = plain if name == _POSTGRES else {}
    if host.startswith("/"):
        host, query = "", {**query, "host": host}
    port = facts.get("port")
    return URL.create(
        name,
        username=facts.get("login") or None,
        password=facts.get("password") or None,
        host=host or None,
        port=int(port) if port else None,
        database=facts.get("schema") or None,
        query=query,
    ).render_as_string(hide_password=False)
