"""What a release is carried out in: secrets, definitions, Airflow, and the work that still goes on."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import IO, Protocol

from slipway.domain.json_value import JsonObject
from slipway.domain.service import Service


@dataclass(frozen=True, kw_only=True)
class HttpAccess:
    """An address that others are below, without a slash at its end, and the token that opens it."""

    url: str
    token: str | None = field(default=None, repr=False)


class Connections(Protocol):
    """Secrets by the id that the catalogue names."""

    def http(self, connection_id: str) -> HttpAccess:
        """An HTTP connection's address and password. Raises NotFoundError naming the variable to set."""

    def url(self, connection_id: str) -> str:
        """The connection's URL. Raises NotFoundError naming the variable to set."""


class ActivityLock(Protocol):
    """Proof of death: a lock that the worker of an activity and all its children hold while any of them lives."""

    def hold(self, activity_id: str) -> IO[bytes]:
        """Takes the lock for this process and whoever inherits the returned file."""

    def is_free(self, activity_id: str, host: str) -> bool | None:
        """True: all holders are dead. False: one lives. None: cannot be told from this host."""

    @property
    def host(self) -> str:
        """The name of this host, as recorded with an activity."""


class ServiceDefinitions(Protocol):
    """Where a release's definitions come from when it is opened; never asked again after that."""

    def service(self, name: str) -> Service:
        """The service as its definition says now. Raises NotFoundError, or CatalogueError with every problem."""


class RunState(StrEnum):
    """What Airflow says of a run, as far as anyone else needs to know."""

    ACTIVE = "active"
    ENDED = "ended"
    GONE = "gone"


class Scheduler(Protocol):
    """Airflow from outside, as the platform's own account. Errors are SlipwayErrors that say *retry*."""

    def active_runs(self) -> frozenset[tuple[str, str]]:
        """DAG id and run id of every run that goes on, in one look. What is not in it may have begun meanwhile."""

    def run_state(self, dag_id: str, run_id: str) -> RunState:
        """Whether the run goes on, has ended, or was deleted."""

    def withdraw_requests(self, dag_id: str, run_id: str) -> Sequence[str]:
        """Answers every open question of a run with *Withdrawn*; returns the task ids. Grants nothing."""

    def start_run(self, dag_id: str, run_id: str, conf: JsonObject) -> None:
        """Starts a run; one of that id that exists already is left alone."""
