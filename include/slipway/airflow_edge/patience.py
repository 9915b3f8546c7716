"""Airflow's own route that waits for a run looks as often as its caller says: here, once a second at most."""

import math
import re
from urllib.parse import parse_qs

from starlette.responses import JSONResponse

from slipway.airflow_edge.asgi import App, Receive, Scope, Send

SHORTEST_SECONDS = 1.0
_WAITS = re.compile(r".*/api/v2/dags/[^/]+/dagRuns/[^/]+/wait/?")


class Patience:
    """A middleware: whoever wants to be told more often is refused (422), and says a longer interval."""

    def __init__(self, app: App) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One request; all but those that wait pass untouched."""
        if scope["type"] == "http" and _WAITS.fullmatch(scope["path"]) and _too_often(scope["query_string"]):
            detail = f"interval must be at least {SHORTEST_SECONDS:g}: seconds between two looks at the run"
            await JSONResponse({"detail": detail}, status_code=422)(scope, receive, send)
            return
        await self._app(scope, receive, send)


def _too_often(query: bytes) -> bool:
    """Whatever is no number at all, Airflow refuses itself."""
    for said in parse_qs(query.decode("latin-1"), keep_blank_values=True).get("interval", ()):
        try:
            seconds = float(said)
        except ValueError:
            continue
        if math.isnan(seconds) or seconds < SHORTEST_SECONDS:
            return True
    return False
