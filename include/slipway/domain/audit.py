"""What Airflow remembers of changes, what the release log knows of requests, and what a comparison finds (R4, R24)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from slipway.domain.json_value import JsonObject

LIVE_POOL, DEV_POOL = "release_slot", "dev_slots"
OUR_POOLS = frozenset({LIVE_POOL, DEV_POOL})
LIVE_SLOTS = 1
"""A second slot would be a second live release (R12)."""


@dataclass(frozen=True, kw_only=True)
class AirflowEvent:
    """A row of Airflow's audit log about somebody's doing; `command` where the Airflow CLI wrote it."""

    id: int
    at: datetime
    event: str
    owner: str
    dag_id: str | None
    run_id: str | None
    task_id: str | None
    method: str | None
    command: str | None

    @property
    def by_command_line(self) -> bool:
        """Whether the Airflow CLI wrote it; `owner` is an operating-system user then."""
        return self.event.startswith(CLI_PREFIX)


@dataclass(frozen=True, kw_only=True)
class RunFact:
    """A DAG run as it stands: how and by whom it was started, how often it was cleared."""

    dag_id: str
    run_id: str
    started: datetime
    how: str
    by: str | None
    clears: int


@dataclass(frozen=True, kw_only=True)
class AnswerFact:
    """An answer to a question, as it stands in Airflow's tables."""

    id: str
    at: datetime
    by: str
    dag_id: str
    run_id: str
    task_id: str


@dataclass(frozen=True, kw_only=True)
class AssetEventFact:
    """An asset event that no task sent."""

    id: int
    at: datetime
    asset: str


@dataclass(frozen=True, kw_only=True)
class RunName:
    """What names a DAG run."""

    dag_id: str
    run_id: str


@dataclass(frozen=True, kw_only=True)
class AirflowFacts:
    """Everything that a cross-check compares; `missing` are runs of ours that Airflow no longer has.

    `paused` are DAGs, `pools` the sizes of the platform's own pools by their name: None where nobody looked."""

    events: Sequence[AirflowEvent] = ()
    runs: Sequence[RunFact] = ()
    answers: Sequence[AnswerFact] = ()
    asset_events: Sequence[AssetEventFact] = ()
    missing: Sequence[RunName] = ()
    paused: Sequence[str] = ()
    pools: Mapping[str, int] | None = None


@dataclass(frozen=True, kw_only=True)
class RecordedRequest:
    """A changing request as the release log has it; `refused` None while its outcome is not known."""

    at: datetime
    actor: str
    method: str
    path: str
    dag_id: str | None
    run_id: str | None
    task_id: str | None
    refused: bool | None


@dataclass(frozen=True, kw_only=True)
class Finding:
    """A change that came past the recorder, with its actor as Airflow recorded it."""

    what: str
    actor: str
    via: str
    at: datetime | None
    dag_id: str | None = None
    run_id: str | None = None
    task_id: str | None = None
    command: str | None = None

    def as_json(self) -> JsonObject:
        """For the log."""
        return {
            "what": self.what,
            "at": self.at.isoformat() if self.at else None,
            "dag_id": self.dag_id,
            "run_id": self.run_id,
            "task_id": self.task_id,
            "command": self.command,
        }

    def __str__(self) -> str:
        if self.via == AS_IT_STANDS:
            return self.what
        about = " ".join(part for part in (self.dag_id, self.run_id, self.task_id) if part)
        return f"{self.what}{f' ({about})' if about else ''} by {self.actor}, via {self.via}"


@dataclass(frozen=True, kw_only=True)
class Judged:
    """One thing that was compared; `key` is the same each time it is seen, so that it is judged once."""

    key: str
    finding: Finding | None


CLI_PREFIX = "cli_"
UNKNOWN = "unknown"
BY_COMMAND_LINE = "airflow_cli"
PAST_THE_RECORDER = "airflow"
BY_DATABASE = "database"
AS_IT_STANDS = "as_it_stands"
"""Found in what Airflow is set to, whoever set it: under break-glass, or past the recorder."""
_OTHER_DAGS = frozenset({"record_change", "roll_back", "audit_live"})


def is_ours(dag_id: str) -> bool:
    """Whether a DAG is one of the platform's."""
    return dag_id in _OTHER_DAGS or service_of_dag(dag_id) is not None


def service_of_dag(dag_id: str | None) -> str | None:
    """The service that a DAG releases; None for DAGs of none."""
    prefix, mark, service = (dag_id or "").partition("__")
    return service or None if mark and prefix in {"dev", "release"} else None
