"""Who may send a changing request at all: pages of our own, programs with a token, tasks of the platform."""

import hmac
from urllib.parse import urlsplit

from fastapi import HTTPException, Request, status

from slipway.console.parts import UsedParts

OUR_HEADER = "slipway"
"""Value of X-Requested-With; another origin cannot send it without asking first, and is never allowed."""
_SAME = (None, "same-origin", "none")
_SAFE = frozenset({"GET", "HEAD", "OPTIONS"})


def csrf_guard(request: Request, parts: UsedParts) -> None:
    """Refuses a change that a page from elsewhere may have sent with somebody's cookie.

    SameSite=Lax does not stop another port of the same host. A token in a header is sent by nobody unasked.
    """
    if request.method in _SAFE or bearer(request) is not None:
        return
    origin = request.headers.get("origin")
    ours = {_origin(parts.base_url), f"{request.url.scheme}://{request.headers.get('host')}"}
    foreign = (
        request.headers.get("sec-fetch-site") not in _SAME
        or (origin is not None and origin not in ours)
        or request.headers.get("x-requested-with") != OUR_HEADER
    )
    if foreign:
        raise HTTPException(
            status.HTTP_403_FORBIDDEN,
            "this change did not come from a page of this server: use the console, or send a token",
        )


def internal_guard(request: Request, parts: UsedParts) -> None:
    """Lets in whoever has the platform's internal token: its own tasks, never a person."""
    given = bearer(request)
    if not parts.internal_token or given is None:
        raise HTTPException(status.HTTP_401_UNAUTHORIZED, "this is for tasks of the platform")
    if not hmac.compare_digest(given.encode(), parts.internal_token.encode()):
        raise HTTPException(status.HTTP_403_FORBIDDEN, "this is not the platform's internal token")


def bearer(request: Request) -> str | None:
    """The token of a request, if it has one."""
    kind, _, token = request.headers.get("authorization", "").partition(" ")
    return token.strip() if kind.lower() == "bearer" and token.strip() else None


def _origin(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}"
