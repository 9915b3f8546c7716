"""Whether a browser sends a request for a page of another site, or of another port of the same host."""

from collections.abc import Collection, Mapping
from urllib.parse import urlsplit

_SAME = (None, "same-origin", "none")


def is_from_elsewhere(headers: Mapping[str, str], ours: Collection[str]) -> bool:
    """By what browsers add unasked and no page can change; `ours` are the origins of our own pages.

    SameSite=Lax does not stop another port of the same host.
    """
    origin = headers.get("origin")
    return headers.get("sec-fetch-site") not in _SAME or (origin is not None and origin not in ours)


def bearer(headers: Mapping[str, str]) -> str | None:
    """The token in the headers, if there is one."""
    kind, _, token = headers.get("authorization", "").partition(" ")
    return token.strip() if kind.lower() == "bearer" and token.strip() else None


def origin_of(url: str) -> str:
    """Scheme, host and port."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}"
