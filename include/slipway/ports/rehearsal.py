"""Rehearsing migrations on a scratch copy of an environment's database (R19)."""

from collections.abc import Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Protocol

from slipway.domain.json_value import JsonObject
from slipway.domain.migration_proof import Finding, Rehearsed
from slipway.domain.service import RehearsalSettings
from slipway.ports.outside.migrations import MigrationOrder, MigrationStep


@dataclass(frozen=True, kw_only=True)
class Suites:
    """What a service's data must be like: a folder of Great Expectations suites, and the hash of all its files."""

    folder: Path
    sha256: str


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
    old: OldVersion | None = None
    suites: Suites | None = None
    """The service's Great Expectations suites; None: rows and keys are counted only."""
    replica_url: str | None = None
    """With strategy `replica`: the prepared copy, on the scratch server. It is copied again, and never changed."""
    proof_id: str = ""
    """In the names of the scratch databases; empty: one of their own."""

    @property
    def settings(self) -> RehearsalSettings:
        """How the copy is made, and what may differ."""
        return self.order.settings.rehearsal


@dataclass(frozen=True, kw_only=True)
class ExpectationResults:
    """What was found, and a result for each suite as Great Expectations gives it, without a value of any row."""

    findings: Sequence[Finding]
    results: Sequence[JsonObject] = ()


class PreparedExpectations(Protocol):
    """A service's suites, ready to be tried."""

    def check(self, url: str) -> ExpectationResults:
        """What does not hold in the database at `url`. An error is a finding too."""


class Expectations(Protocol):
    """What a service's data must be like, as its own suites say."""

    def prepared(self, folder: Path, deadline: datetime) -> AbstractContextManager[PreparedExpectations]:
        """The suites in `folder`. What takes long to get ready does so beside whatever else is done."""


class StatementLint(Protocol):
    """A linter of the statements that an upgrade sent to PostgreSQL."""

    def __call__(self, steps: Sequence[MigrationStep], server: str) -> Sequence[Finding]:
        """What it says of them. `server` is PostgreSQL's version, `15.2` for example."""


class Rehearsal(Protocol):
    """Upgrades, checks, writes, downgrades and upgrades again, on a copy."""

    def rehearse(self, order: RehearsalOrder) -> Rehearsed:
        """What was seen. Raises ServiceMigrationError only where not even a copy could be made."""

    def database_id(self, order: MigrationOrder) -> str:
        """What tells the environment's own database from every other, in milliseconds."""

    def rows_about(self, order: MigrationOrder) -> int:
        """How many rows the environment's own database has, as its statistics say, in milliseconds."""

    def catalogue_hash(self, order: MigrationOrder) -> str:
        """Of the environment's own database as it is now, in milliseconds."""
