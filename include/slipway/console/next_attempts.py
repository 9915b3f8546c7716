"""A page from which the next attempt of a release is started: where the link of a failure's message leads (R22).

It starts nothing itself: its button asks `releases/ID/retry`, as the person whose browser it is.
"""

import secrets
from functools import cache
from importlib.resources import files
from typing import Any
from urllib.parse import urlencode, urlsplit

from fastapi import APIRouter, Request, status
from fastapi.exception_handlers import http_exception_handler
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from jinja2 import Environment, Template
from starlette.exceptions import HTTPException

from slipway.adapters.database.overview import Overview, Record
from slipway.console.parts import Person, UsedParts
from slipway.console.texts import Name
from slipway.domain.errors import NotFoundError
from slipway.domain.next_attempt import next_attempt
from slipway.domain.release import ReleaseState

router = APIRouter(include_in_schema=False)


@router.get("/releases/{release_id}/next-attempt")
def page(release_id: Name, parts: UsedParts, person: Person) -> HTMLResponse:
    """What became of the release, and the form; why not, where it does not await a retry."""
    with parts.store().transaction() as tx:
        found = Overview(tx.sql).release(release_id)
    if found is None:
        raise NotFoundError(f"there is no release {release_id}; `slipway status` lists them")
    nonce = secrets.token_urlsafe(16)
    text = _template().render(person=person, nonce=nonce, **_shown(found, urlsplit(parts.base_url).path.rstrip("/")))
    rules = f"default-src 'none'; script-src 'nonce-{nonce}'; style-src 'nonce-{nonce}'; connect-src 'self'"
    rules += "; frame-ancestors 'none'; base-uri 'none'; form-action 'none'"
    return HTMLResponse(text, headers={"Content-Security-Policy": rules, "Cache-Control": "no-store"})


def _shown(found: Record, base: str) -> dict[str, Any]:
    release_id = found["release_id"]
    form = next_attempt(release_id, found)
    last = found["attempts"][-1]
    why_not = None
    if found["state"] != ReleaseState.AWAITING_RETRY:
        why_not = f"{release_id} is {found['state']}: only a release that awaits a retry can go on."
    return {
        "release_id": release_id,
        "service": form.service,
        "summary": found["summary"],
        "last_version": form.version,
        "marked_bad": found["marked_bad"],
        "last_outcome": last["outcome"] or "not ended",
        "stages": [
            {"where": one["environment"], "outcome": one["outcome"] or "open", "detail": one["detail"]}
            for one in last["stages"]
        ],
        "why_not": why_not,
        "last_run": {"dag_id": last["dag_id"], "run_id": last["run_id"]},
        "base": base,
        "next": {"release_id": release_id, "base": base},
    }


@cache
def _template() -> Template:
    source = files("slipway.console") / "pages" / "next_attempt.html"
    return Environment(autoescape=True).from_string(source.read_text(encoding="utf-8"))


async def to_the_sign_in(request: Request, error: Exception) -> Response:
    """Somebody who opens a page without being signed in signs in first, and comes back to it."""
    assert isinstance(error, HTTPException), "registered for these only"
    wants_a_page = request.method == "GET" and "text/html" in request.headers.get("accept", "")
    if error.status_code != status.HTTP_401_UNAUTHORIZED or not wants_a_page:
        return await http_exception_handler(request, error)
    base = request.app.state.parts.base_url.rstrip("/")
    path = request.scope["path"].removeprefix(request.scope.get("root_path", ""))
    there = f"{base}/slipway{path}"
    return RedirectResponse(f"{base}/api/v2/auth/login?{urlencode({'next': there})}", status.HTTP_303_SEE_OTHER)
