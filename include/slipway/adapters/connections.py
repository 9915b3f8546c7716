"""Secrets by id, from the environment, in the forms that Airflow reads."""

import json
import os
from collections.abc import Callable, Mapping
from typing import Any, TypeVar
from urllib.parse import unquote, urlsplit

from sqlalchemy import URL, make_url
from sqlalchemy.exc import ArgumentError

from slipway.domain.errors import NotFoundError, SlipwayError
from slipway.ports.outside.surroundings import HttpAccess

_POSTGRES = "postgresql+psycopg2"
_POSTGRES_NAMES = ("postgres", "postgresql", "postgresql+psycopg2")
_HTTP_NAMES = ("http", "https")
_WHERE = "where the platform starts (the shell of `make up`; `connections.env` for containers), and start it again."
_MADE_AT_START = (
    " The embedded server makes the databases of services at the platform's start only: "
    "for a service added since then, `make down && make up` is enough."
)

Result = TypeVar("Result")


class EnvironmentConnections:
    """`orders_dev` is `AIRFLOW_CONN_ORDERS_DEV`: a URI, or a JSON object with `conn_type`, `host` …"""

    def __init__(self, environ: Mapping[str, str] | None = None) -> None:
        self._environ = os.environ if environ is None else environ

    def url(self, connection_id: str) -> str:
        """The connection's URL; PostgreSQL in SQLAlchemy's form. Raises NotFoundError naming the variable."""
        return self._read(
            connection_id,
            lambda value: _from_json(json.loads(value)) if value.startswith("{") else _from_uri(value),
            uri="postgres://user:password@host:5432/database",
            facts='{"conn_type": "postgres", "host": "…"}',
            hint=_MADE_AT_START,
        )

    def http(self, connection_id: str) -> HttpAccess:
        """An HTTP connection's address and password. Raises NotFoundError naming the variable."""
        return self._read(
            connection_id,
            lambda value: _http_from_json(json.loads(value)) if value.startswith("{") else _http_from_uri(value),
            uri="http://:token@api.github.com/https",
            facts='{"conn_type": "http", "host": "https://api.github.com", "password": "…"}',
        )

    def _read(
        self, connection_id: str, read: Callable[[str], Result], *, uri: str, facts: str, hint: str = ""
    ) -> Result:
        variable = f"AIRFLOW_CONN_{connection_id.upper()}"
        value = self._environ.get(variable, "").strip()
        if not value:
            raise NotFoundError(
                f"There is no connection {connection_id!r}: set the variable {variable}, for example to {uri}, "
                f"{_WHERE}{hint} See docs/how-to/add-a-service.md."
            )
        try:
            return read(value)
        except (ValueError, KeyError, TypeError, AttributeError, ArgumentError):
            # the value is a secret: neither it nor an error that quotes it may be shown
            raise SlipwayError(
                f"{variable} cannot be read: it must be a URI like {uri}, or a JSON object like {facts}."
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


def _http_from_uri(value: str) -> HttpAccess:
    """Airflow's own form: the path is the scheme, and a host with a scheme of its own is quoted."""
    parts = urlsplit(value)
    scheme = parts.path.strip("/") or parts.scheme
    if parts.scheme not in _HTTP_NAMES:
        raise ValueError(parts.scheme)
    return _http_access(unquote(parts.hostname or ""), parts.port, scheme, unquote(parts.password or ""))


def _http_from_json(facts: Mapping[str, Any]) -> HttpAccess:
    if facts["conn_type"] not in _HTTP_NAMES:
        raise ValueError(facts["conn_type"])
    port = facts.get("port")
    scheme = str(facts.get("schema") or facts["conn_type"])
    return _http_access(
        str(facts.get("host") or ""), int(port) if port else None, scheme, str(facts.get("password") or "")
    )


def _http_access(host: str, port: int | None, scheme: str, token: str) -> HttpAccess:
    url = host if "://" in host else f"{scheme}://{host}"
    parts = urlsplit(url)
    if parts.scheme not in _HTTP_NAMES or not parts.hostname or parts.username or parts.query or parts.fragment:
        raise ValueError(scheme)
    place = parts.netloc if parts.port or not port else f"{parts.netloc}:{port}"
    return HttpAccess(url=f"{parts.scheme}://{place}{parts.path.rstrip('/')}", token=token or None)
