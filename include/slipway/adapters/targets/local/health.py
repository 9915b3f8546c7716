"""Asks a service on this machine how it is."""

import http.client
import json
from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Health:
    """The answer of `GET /health`; `answered` is False where nothing listens or it makes no sense."""

    answered: bool
    ok: bool = False
    version: str | None = None
    digest: str | None = None
    detail: str = ""


def ask_health(port: int, seconds: float = 2.0) -> Health:
    """Never raises: whatever goes wrong is the answer. A proxy is never asked."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=seconds)
    try:
        connection.request("GET", "/health")
        response = connection.getresponse()
        body = response.read(65536)
    except (OSError, http.client.HTTPException) as error:
        return Health(answered=False, detail=f"GET /health on port {port}: {error}")
    finally:
        connection.close()
    try:
        facts = json.loads(body)
    except ValueError:
        facts = None
    if not isinstance(facts, dict):
        return Health(answered=False, detail=f"GET /health on port {port} answered {response.status}, but no JSON")
    return Health(
        answered=True,
        ok=response.status == http.client.OK,
        version=_text(facts.get("version")),
        digest=_text(facts.get("digest")),
        detail=f"GET /health on port {port} answered {response.status}",
    )


def _text(value: object) -> str | None:
    return value if isinstance(value, str) else None
