"""Everything a use case may touch of the outside, chosen by `slipway.wiring`."""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from pathlib import Path

from slipway.domain.governed import Governed
from slipway.domain.migration_proof import Finding
from slipway.ports.outside.artefacts import ArtefactStore, Upstreams
from slipway.ports.outside.checks import CommandSuites, Monitor, Probe
from slipway.ports.outside.migrations import MigrationRunner
from slipway.ports.outside.surroundings import ActivityLock, Connections, Scheduler, ServiceDefinitions
from slipway.ports.outside.targets import TargetRegistry
from slipway.ports.rehearsal import Rehearsal, Suites
from slipway.ports.store import ReleaseStore
from slipway.ports.values import Actor

PLATFORM = Actor(id="platform", via="reconciler")
"""The platform's own account, where no person and no task acts."""


@dataclass(frozen=True, kw_only=True)
class World:
    """The ports, wired."""

    store: ReleaseStore
    definitions: ServiceDefinitions
    artefacts: ArtefactStore
    upstreams: Upstreams
    targets: TargetRegistry
    migrations: MigrationRunner
    rehearsal: Rehearsal
    scratch_url: str
    """The PostgreSQL server on which copies are made; empty: nobody named one."""
    lint: Callable[[Path, Collection[str], str], Sequence[Finding]]
    """What rules say of an artefact's migrations that are to run, by its folder, their revisions and the dialect."""
    suites: Callable[[str], Suites | None]
    """A service's expectations of its data; None: it has none."""
    probe: Probe
    commands: CommandSuites
    monitor: Monitor
    connections: Connections
    locks: ActivityLock
    workspace: Path
    """Where artefacts are unpacked for the time of an activity."""
    sleep: Callable[[float], None]
    """Waits so many seconds; tests pass one that doesn't."""
    base_url: str = ""
    """Where people reach Airflow; empty: nobody said, and messages have no links."""


@dataclass(frozen=True, kw_only=True)
class ReconcilerPorts:
    """What only the reconciler needs."""

    scheduler: Scheduler
    catalogue: Path
    read_policy: Callable[[Path], Governed]
    """The governed part of a catalogue as it is now. Raises CatalogueError."""
    sync_accounts: Callable[[], str]
    """Brings Airflow's accounts to the policy in effect and says what it did. Raises SlipwayError."""
