"""What of an address may be shown to everybody: paths, queries and logins may hold secrets."""

import re
from urllib.parse import urljoin


def host_of(url: str) -> str:
    """Host and port."""
    return _authority(url).rpartition("@")[2]


def has_login(url: str) -> bool:
    """Whether a name, and perhaps a password, stands before the host."""
    return "@" in _authority(url)


def place_of(url: str) -> str:
    """Scheme, host and port."""
    scheme, mark, _ = url.partition("://")
    return f"{scheme}://{host_of(url)}" if mark else host_of(url)


def _authority(url: str) -> str:
    return re.split(r"[/?#]", url.split("://", 1)[-1], maxsplit=1)[0]


def endpoint_of(url: str) -> str:
    """Scheme, host, port and path: where the path is one that the catalogue names, for all its readers."""
    path = re.match(r"(?:[^:/?#]*://)?[^/?#]*(/[^?#]*)?", url)
    return place_of(url) + ((path and path[1]) or "")


def shown_location(url: str, location: str) -> str:
    """Where a redirect of this address leads to: a path of its own host, or another host; never a query."""
    if not location:
        return ""
    try:
        there = urljoin(url, location)
    except ValueError:
        return "no address"
    path = endpoint_of(there).removeprefix(place_of(there)) or "/"
    return path if place_of(there) == place_of(url) else host_of(there)
