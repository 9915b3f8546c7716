"""Where artefacts are deployed to."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Protocol

from slipway.domain.service import TargetSettings
from slipway.ports.outside.artefacts import Artefact


@dataclass(frozen=True, kw_only=True)
class Running:
    """What a target says runs now; `digest` None means nothing runs."""

    digest: str | None
    version: str | None
    healthy: bool
    detail: str = ""


@dataclass(frozen=True, kw_only=True)
class DeployOrder:
    """One deploy: what, where, under whose fencing number, until when."""

    service: str
    environment: str
    artefact: Artefact
    folder: Path
    fencing: int
    deadline: datetime
    """Aware UTC; past it the target stops its own work and raises."""
    lock_fd: int | None = None
    """Descriptor of the activity's lock file; every child that works for the deploy inherits it, so that the lock
    is free only when all of them are dead."""
    environment_variables: Mapping[str, str] = field(default_factory=dict)
    """What the service itself needs (its database URL, say); never Slipway's or Airflow's own credentials."""


class DeployTarget(Protocol):
    """A place that artefacts are deployed to. Made by the registry from `TargetSettings`."""

    def deploy(self, order: DeployOrder) -> None:
        """Replaces what runs by the artefact and returns when it is healthy. Raises StaleFenceError where a higher
        fencing number was seen, TargetError otherwise. Its child processes die with the caller."""

    def current(self, service: str, environment: str) -> Running:
        """What runs now, asked of the target itself. Raises TargetError where it does not answer."""

    def remove(self, service: str, environment: str, fencing: int) -> None:
        """Stops what runs: the way back of a first release ever."""


class TargetRegistry(Protocol):
    """Makes targets by kind."""

    def target(self, settings: TargetSettings) -> DeployTarget:
        """The target for these settings. Raises TargetError naming the known kinds."""
