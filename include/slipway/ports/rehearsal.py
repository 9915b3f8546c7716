"""Rehearsing migrations on a scratch copy of an environment's database (R19)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from slipway.domain.migration_proof import Finding, Rehearsed
from slipway.ports.outside import MigrationOrder, MigrationStep


@dataclass(frozen=True, kw_only=True)
class OldVersion:
    """The version that runs in the environment now, with its checks, to try it against the new schema."""

    version: str
    folder: Path
    queries: Path | None = None
    """`migrations/old_version.sql` of its artefact: statements as its code sends them; None: it has none."""


@dataclass(frozen=True, kw_only=True)
class RehearsalOrder:
    """What to rehearse. `order.database_url` is the source: it is read, copied, and never changed."""

    order: MigrationOrder
    scratch_url: str
    """A server where databases may be made and dropped (PostgreSQL), or a folder (SQLite, `sqlite:///…/`)."""
    copy: str = "template"
    """`template` · `dump` · `sample` · `replica`."""
    old: OldVersion | None = None
    expectations: Path | None = None
    """Folder of the service's Great Expectations suites; None: rows and keys are counted only."""
    excluded: Mapping[str, str] = field(default_factory=dict)
    """`table.column` → the reason why its value may differ afterwards."""
    replica_url: str | None = None
    """With copy `replica`: the prepared copy, on the scratch server. It is copied again, and never changed."""
    sample_rows: int = 10_000
    """With copy `sample`: of each table, besides what those rows refer to."""
    proof_id: str = ""
    """In the names of the scratch databases; empty: one of their own."""


class Expectations(Protocol):
    """What a service's data must be like, as its own suites say."""

    def check(self, url: str, folder: Path) -> Sequence[Finding]:
        """What does not hold in the database at `url`, by the suites in `folder`. An error is a finding too."""


class StatementLint(Protocol):
    """A linter of the statements that an upgrade sent to PostgreSQL."""

    def __call__(self, steps: Sequence[MigrationStep], server: str) -> Sequence[Finding]:
        """What it says of them. `server` is PostgreSQL's version, `15.2` for example."""


class Rehearsal(Protocol):
    """Upgrades, checks, writes, downgrades and upgrades again, on a copy."""

    def rehearse(self, order: RehearsalOrder) -> Rehearsed:
        """What was seen. Raises ServiceMigrationError only where not even a copy could be made."""

    def catalogue_hash(self, order: MigrationOrder) -> str:
        """Of the environment's own database as it is now, in milliseconds."""
