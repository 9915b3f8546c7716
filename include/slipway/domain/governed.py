"""What takes effect by activation only: people, the platform's rules, and who owns which service (R26)."""

from collections.abc import Mapping
from dataclasses import dataclass, field, fields, is_dataclass, replace
from datetime import date
from enum import Enum
from functools import cached_property
from typing import Any

from slipway.domain.json_value import JsonValue, sha256_of
from slipway.domain.people import People
from slipway.domain.platform import Platform
from slipway.domain.release import Release


@dataclass(frozen=True, kw_only=True)
class Ownership:
    """What of a service's file says who decides about it; the rest of the file is not governed."""

    team: str
    product_owner: str | None = None


@dataclass(frozen=True, kw_only=True)
class Governed:
    """One policy as a whole: what somebody proposes, and somebody else activates."""

    platform: Platform
    people: People
    services: Mapping[str, Ownership] = field(default_factory=dict)

    @cached_property
    def plain(self) -> dict[str, JsonValue]:
        """The same as JSON, people by id."""
        return {
            "people": _plain(self.people.by_id),
            "platform": _plain(self.platform),
            "services": _plain(self.services),
        }

    @cached_property
    def digest(self) -> str:
        """Hex SHA-256: the name of this policy."""
        return sha256_of(self.plain)

    @cached_property
    def people_digest(self) -> str:
        """Hex SHA-256 of its people alone."""
        return people_digest(self.people)

    def owned(self, release: Release) -> Release:
        """The release as this policy says who owns its service; as it was asked for where it says nothing."""
        owner = self.services.get(release.service)
        if owner is None or (owner.team, owner.product_owner) == (release.team, release.product_owner):
            return release
        return replace(release, team=owner.team, product_owner=owner.product_owner)


def people_digest(people: People) -> str:
    """Hex SHA-256: the name of these people as a whole."""
    return sha256_of({"people": _plain(people.by_id)})


def _plain(value: Any) -> JsonValue:
    if is_dataclass(value):
        return {one.name: _plain(getattr(value, one.name)) for one in fields(value)}
    if isinstance(value, Mapping):
        return {str(_plain(key)): _plain(one) for key, one in value.items()}
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, frozenset):
        return sorted(_plain(one) for one in value)
    if isinstance(value, list | tuple):
        return [_plain(one) for one in value]
    return value.isoformat() if isinstance(value, date) else value
