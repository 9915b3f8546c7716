"""A database's catalogue as a value: what is there, how two of them differ, and a hash."""

import hashlib
import json
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

from slipway.adapters.migrations.rehearsal.words import shortened
from slipway.domain.migration_proof import Finding, FindingCode

Catalogue = Mapping[tuple[str, str], str]
"""(kind, name) → definition. The order of columns is not part of it."""

OWN_TABLES = ("alembic_version", "slipway_migrations", "slipway_migration_begun")
"""Where migration tools write down what is applied and what was begun: no part of the service's schema."""

RIGHTS = frozenset({"grants", "policy", "function", "trigger", "event trigger", "rule", "row security"})
_SHOWN = 160


@dataclass(frozen=True, kw_only=True)
class Difference:
    """One object that is not what it was. None: it is not there."""

    kind: str
    name: str
    before: str | None
    after: str | None

    @property
    def words(self) -> str:
        """What happened to it."""
        if self.after is None:
            return f"{self.kind} {self.name} is missing"
        if self.before is None:
            return f"{self.kind} {self.name} is left over"
        return (
            f"{self.kind} {self.name} was «{shortened(self.before, _SHOWN)}» and is «{shortened(self.after, _SHOWN)}»"
        )

    def as_finding(self) -> Finding:
        """As a finding after a downgrade."""
        code = FindingCode.RIGHTS_DIFFER if self.kind in RIGHTS else FindingCode.SCHEMA_LEFT_OVER
        return Finding(code=code, object=self.name, detail=f"After the downgrade {self.words}.")


def differences(before: Catalogue, after: Catalogue) -> Sequence[Difference]:
    """What differs; the parts and grants of what is missing or left over are not listed beside it."""
    found = [
        Difference(kind=kind, name=name, before=before.get((kind, name)), after=after.get((kind, name)))
        for kind, name in sorted(before.keys() | after.keys())
        if before.get((kind, name)) != after.get((kind, name))
    ]
    whole = tables_that_differ(found)
    gone = {each.name for each in found if each.kind != "grants" and None in {each.before, each.after}}
    return [
        each for each in found if each.kind == "table" or not (_is_part_of(each, whole) or _are_grants_of(each, gone))
    ]


def tables_that_differ(found: Iterable[Difference]) -> frozenset[str]:
    """Tables that are in one catalogue only."""
    return frozenset(each.name for each in found if each.kind == "table" and None in {each.before, each.after})


def catalogue_hash(catalogue: Catalogue) -> str:
    """The same for the same catalogue, whatever the order it was read in."""
    lines = sorted([*key, definition] for key, definition in catalogue.items())
    return hashlib.sha256(json.dumps(lines).encode()).hexdigest()


def _is_part_of(part: Difference, tables: Iterable[str]) -> bool:
    return any(part.name == table or part.name.startswith(f"{table}.") for table in tables)


def _are_grants_of(part: Difference, objects: Collection[str]) -> bool:
    return part.kind == "grants" and part.name.removeprefix("type ").removeprefix("schema ") in objects
