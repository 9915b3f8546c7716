"""Running the migrations that an artefact carries."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Protocol

from slipway.domain.migration_proof import MigrationFile
from slipway.domain.service import MigrationSettings


@dataclass(frozen=True, kw_only=True)
class MigrationOrder:
    """One migration of the service's database from the artefact in `folder`."""

    service: str
    environment: str
    folder: Path
    settings: MigrationSettings
    database_url: str
    deadline: datetime
    lock_fd: int | None = None
    contract: frozenset[str] = frozenset()
    """Post migrations that may run: those that the version in use carries already (ADR 0018)."""
    on_progress: Callable[[str], None] | None = None
    """Told how far a migration is, in its own words, while it runs."""


@dataclass(frozen=True, kw_only=True)
class LockSeen:
    """A lock that a migration took, by looking every 20 ms: a shorter one may go unseen."""

    object: str
    mode: str
    held_seconds: float
    waited_seconds: float


@dataclass(frozen=True, kw_only=True)
class MigrationStep:
    """One migration that ran."""

    revision: str
    seconds: float
    tries: int
    """More than one where somebody held a lock."""
    progress: str = ""
    """Its last words of progress."""
    statements: tuple[str, ...] = ()
    """What it really sent to the database, without values, as far as it fits."""
    unheard: int = 0
    """Statements that did not fit."""


@dataclass(frozen=True, kw_only=True)
class MigrationRun:
    """What an upgrade or a downgrade did."""

    steps: tuple[MigrationStep, ...] = ()
    locks: tuple[LockSeen, ...] = ()
    locks_note: str = ""
    """Why locks were not seen, or not all."""
    earlier: str = ""
    """What became of a run before this one that broke off."""

    def in_words(self) -> str:
        """For the activity's detail: what is out of the ordinary, and the locks that others had to wait for."""
        words = [self.earlier] if self.earlier else []
        words += [f"{step.revision} got its lock at try {step.tries}" for step in self.steps if step.tries > 1]
        words += [f"{step.revision}: {step.progress}" for step in self.steps if step.progress]
        words += [f"{lock.mode} on {lock.object} for {lock.held_seconds:.2f} s" for lock in self.locks]
        return "; ".join([*words, *([self.locks_note] if self.locks_note else [])])


@dataclass(frozen=True, kw_only=True)
class MigrationState:
    """Where a database stands: the revision applied, and those of the artefact still to come (oldest first)."""

    applied: str | None
    pending: tuple[str, ...]
    known: bool = True
    """False where the artefact does not carry what is applied: a later version's migrations ran."""
    later: tuple[str, ...] = ()
    """Not in this release: a post migration that may not run yet, and what follows it."""
    half_applied: str = ""
    """What an earlier run left that broke off, and what the next one will do about it."""
    run: MigrationRun | None = None
    """What was done to get here, where anything was asked for."""


class MigrationRunner(Protocol):
    """Runs the migrations that an artefact carries, one runner at a time per database."""

    def carries_migrations(self, folder: Path) -> bool:
        """Whether the artefact has migrations at all. Raises ServiceMigrationError where it has two kinds."""

    def files(self, folder: Path) -> tuple[MigrationFile, ...]:
        """Those it carries, oldest first, read without running any. Raises ServiceMigrationError naming the file."""

    def state(self, order: MigrationOrder) -> MigrationState:
        """What is applied and what is pending; changes nothing."""

    def upgrade(self, order: MigrationOrder) -> MigrationState:
        """Applies what is pending, with lock and statement timeouts; first brings a run that broke off to its end.
        What it returns is read afterwards, on a connection of its own. Raises ServiceMigrationError."""

    def downgrade(self, order: MigrationOrder, to: str | None) -> MigrationState:
        """Goes back to revision `to` (None: before the first), from the artefact that carries the newer ones. What
        it returns is read as after an upgrade."""

    def lossless(self, order: MigrationOrder, back_to: str | None) -> bool:
        """Whether every migration between `back_to` and what is applied declares itself reversible."""
