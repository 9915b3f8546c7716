"""Entries of the lists in `platform.yaml` that say which hosts may be asked, and what none of them may name."""

import ipaddress
from typing import Annotated

from pydantic import AfterValidator, Field, StringConstraints

from slipway.domain.allowed_hosts import why_too_wide

_METADATA_HOSTS = frozenset({"metadata", "metadata.google.internal", "instance-data"})


def serves_metadata(host: str) -> bool:
    """Whether only this machine may ask it: the cloud's metadata, with its credentials."""
    try:
        return ipaddress.ip_address(host).is_link_local
    except ValueError:
        return host in _METADATA_HOSTS


def _narrow(entry: str) -> str:
    problem = why_too_wide(entry)
    if problem is not None:
        raise ValueError(problem)
    if serves_metadata(entry.partition(":")[0]):
        raise ValueError(f"`{entry}` serves this machine's own metadata: no check may reach it")
    return entry


AllowedHost = Annotated[
    str,
    StringConstraints(pattern=r"^(\*\.)?[a-z0-9]([a-z0-9.-]*[a-z0-9])?(:([0-9]{1,5}|\*))?$", max_length=253),
    AfterValidator(_narrow),
    Field(examples=["orders.example.org", "*.orders.example.org:8443"]),
]
"""A host; a leading `*.` stands for every name below a domain, `:*` for any port."""
