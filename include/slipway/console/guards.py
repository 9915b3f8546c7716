"""Who may send a changing request at all: pages of our own, programs with a token, tasks of the platform."""

import hmac

from fastapi import HTTPException, Request, status

from slipway.console.parts import UsedParts
from slipway.domain.same_site import bearer, is_from_elsewhere, origin_of

OUR_HEADER = "slipway"
"""Value of X-Requested-With; another origin cannot send it without asking first, and is never allowed."""
_SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
MOST_BYTES = 65_536
"""Of a request's body: ample for every text that people read, and no way to fill log or channel."""


def size_guard(request: Request) -> None:
    """Refuses a body that is too long, or that does not say how long it is."""
    if "transfer-encoding" in request.headers:
        raise HTTPException(status.HTTP_411_LENGTH_REQUIRED, "say with Content-Length how long the request is")
    if int(request.headers.get("content-length", "0")) > MOST_BYTES:
        detail = f"the request is longer than {MOST_BYTES} bytes: say it shorter, and link to the rest"
        raise HTTPException(status.HTTP_413_CONTENT_TOO_LARGE, detail)


def csrf_guard(request: Request, parts: UsedParts) -> None:
    """Refuses a change that a page from elsewhere may have sent with somebody's cookie."""
    if request.method in _SAFE or bearer(request.headers) is not None:
        return
    ours = {origin_of(parts.base_url), f"{request.url.scheme}://{request.headers.get('host')}"}
    if is_from_elsewhere(request.headers, ours) or request.headers.get("x-requested-with") != OUR_HEADER:
        raise HTTPException(
            status.HTTP_403_FORBIDDEN,
            "this change did not come from a page of this server: use the console, or send a token",
        )


def internal_guard(request: Request, parts: UsedParts) -> None:
    """Lets in whoever has the platform's internal token: its own tasks, never a person."""
    given = bearer(request.headers)
    if not parts.internal_token or given is None:
        raise HTTPException(status.HTTP_401_UNAUTHORIZED, "this is for tasks of the platform")
    if not hmac.compare_digest(given.encode(), parts.internal_token.encode()):
        raise HTTPException(status.HTTP_403_FORBIDDEN, "this is not the platform's internal token")
