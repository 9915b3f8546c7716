"""Lists of the policy that say which hosts may be asked: `smoke_hosts`, `watch_hosts`.

An entry is a host, and its port where that is not the usual one of http or https. A leading `*.` stands for every name
below a domain, and not for the domain itself; `:*` for any port.
"""

import re
from collections.abc import Iterable
from urllib.parse import urlsplit

_LEAST_BELOW = 2
"""So many names stand behind a star: `*.org` is everybody."""
_PLAIN = re.compile(r"([a-z0-9._~%!$&'()*+,;=:-]*@)?(?P<host>[a-z0-9]([a-z0-9.-]*[a-z0-9])?(:[0-9]{1,5})?)")
_USUAL_PORTS = {"http": ":80", "https": ":443"}


def asked_host(url: str) -> str:
    """The host that a request to it goes to, as the lists have it; empty for one that no list can name.

    What two readers could read differently (two @, a backslash, letters beyond ASCII) can be named by none."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return ""
    usual, plain = _USUAL_PORTS.get(parts.scheme), _PLAIN.fullmatch(parts.netloc.lower())
    return "" if usual is None or plain is None else plain["host"].removesuffix(usual)


def is_allowed(host: str, hosts: Iterable[str]) -> bool:
    """Whether one of these entries stands for it, `host` being as `asked_host` gives it."""
    name, _, port = host.partition(":")
    return any(_stands_for(entry, name, port) for entry in hosts)


def why_too_wide(entry: str) -> str | None:
    """What is wrong with a star that stands for the hosts of everybody; None where nothing is."""
    star, _, domain = entry.partition(":")[0].partition(".")
    if star != "*":
        return None
    names = domain.split(".")
    if len(names) >= _LEAST_BELOW and not names[-1].isdigit():
        return None
    return f"`{entry}` stands for hosts of everybody; name the domain, as in *.orders.example.org"


def _stands_for(entry: str, name: str, port: str) -> bool:
    wanted, _, wanted_port = entry.partition(":")
    if wanted_port not in {"*", port}:
        return False
    return name.endswith(wanted[1:]) if wanted.startswith("*.") else name == wanted
