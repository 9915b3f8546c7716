"""Which addresses the platform may ask on behalf of a file in the catalogue: never a cloud's metadata service."""

import ipaddress
import socket
from collections.abc import Callable, Sequence

from slipway.adapters.within import within

_METADATA = frozenset(map(ipaddress.ip_address, ("169.254.169.254", "100.100.100.200", "fd00:ec2::254")))

Address = ipaddress.IPv4Address | ipaddress.IPv6Address
Resolve = Callable[[str, int], Sequence[str]]
"""(host, port) -> addresses. Raises OSError."""
LOOKUP_SECONDS = 10.0
"""Name servers that are there answer within a few."""


def resolve(host: str, port: int, seconds: float = LOOKUP_SECONDS) -> Sequence[str]:
    """The addresses of a host, as the system knows them. Its own patience may be minutes: ours is `seconds`."""
    try:
        found = within(seconds, lambda: socket.getaddrinfo(host, port, type=socket.SOCK_STREAM))
    except UnicodeError as error:  # a label that is too long, or empty
        raise OSError(str(error)) from error
    return [str(one[4][0]) for one in found]


def has_forbidden(addresses: Sequence[str]) -> bool:
    """Whether one of these, as `resolve` gives them, is one that no check may reach."""
    return any(is_forbidden(ipaddress.ip_address(text.partition("%")[0])) for text in addresses)


def is_forbidden(address: Address) -> bool:
    """Whether no check may reach it, whoever lists its name: link-local, where clouds keep metadata, and no host."""
    if isinstance(address, ipaddress.IPv6Address) and address.ipv4_mapped is not None:
        address = address.ipv4_mapped
    odd = address.is_link_local or address.is_multicast or address.is_unspecified or address.is_reserved
    return odd or address in _METADATA
