"""Requests to the very addresses that were checked, so that no name leads to one of them first and elsewhere then."""

from collections.abc import Callable, Sequence
from typing import Any, TypeVar

import httpx

from slipway.adapters.addresses import Resolve, has_forbidden

Result = TypeVar("Result")
_PORTS = {"http": 80, "https": 443}


class ForbiddenAddressError(Exception):
    """One of its addresses is one that no check may reach."""


def addresses_of(url: httpx.URL, resolve: Resolve) -> Sequence[str]:
    """At least one. Raises OSError where it has none, and ForbiddenAddressError."""
    if not url.host:
        raise OSError("there is no host in it")
    found = resolve(url.host, url.port or _PORTS.get(url.scheme, 0))
    if has_forbidden(found):
        raise ForbiddenAddressError(f"{url.host} has an address that no check may reach")
    if not found:
        raise OSError("it has no address")
    return found


def host_header(url: httpx.URL) -> str:
    """As if the name had been asked."""
    return url.netloc.decode()


def pinned(url: httpx.URL, address: str) -> dict[str, Any]:
    """What httpx is to be told besides the header, so that it asks the address and expects the name's certificate."""
    return {"url": url.copy_with(host=address), "extensions": {"sni_hostname": url.host}}


def first_reached(
    addresses: Sequence[str], ask: Callable[[str], Result], is_unreached: Callable[[Exception], bool]
) -> Result:
    """The next address is asked only where there was no connection to the one before: no request is sent twice."""
    for address in addresses[:-1]:
        try:
            return ask(address)
        except Exception as error:
            if not is_unreached(error):
                raise
    return ask(addresses[-1])
