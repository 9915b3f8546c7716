"""Whether what was deployed works: smoke suites, and what live is watched with."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import Protocol

from slipway.domain.json_value import JsonObject
from slipway.domain.service import Priority, SmokeCommand, SmokeSuite
from slipway.domain.storable import storable
from slipway.domain.watch import Sample, WatchCheck


class CheckStatus(StrEnum):
    """Three-valued: no data is never success."""

    PASS = "pass"  # noqa: S105 - a verdict, not a password
    FAIL = "fail"
    UNKNOWN = "unknown"


@dataclass(frozen=True, kw_only=True)
class CheckResult:
    """How one check ended, in words a person understands, and a log can keep."""

    name: str
    status: CheckStatus
    detail: str
    attempts: int = 1
    seconds: float = 0.0
    """What the last answer took."""
    priority: Priority = Priority.BLOCKING

    def __post_init__(self) -> None:
        object.__setattr__(self, "name", storable(self.name))
        object.__setattr__(self, "detail", storable(self.detail))

    @property
    def in_words(self) -> str:
        """For people, in one line."""
        kind = "warning, " if self.priority is Priority.WARNING and self.status is not CheckStatus.PASS else ""
        return f"{self.name}: {kind}{self.status.value} ({self.detail})"

    def as_json(self) -> JsonObject:
        """For the log and the proof."""
        return {
            "name": self.name,
            "status": self.status.value,
            "detail": self.detail,
            "attempts": self.attempts,
            "seconds": round(self.seconds, 3),
            "priority": self.priority.value,
        }


class Probe(Protocol):
    """Runs a smoke suite against a running service."""

    def run(self, suite: SmokeSuite, substitutions: Mapping[str, str], hosts: Collection[str]) -> Sequence[CheckResult]:
        """One result per check; failing ones were tried again until the suite's deadline. No host is asked but these:
        all checks of another are unknown at once."""


class CommandSuites(Protocol):
    """Runs suites of tests that are programs of their own."""

    def run(self, command: SmokeCommand, values: Mapping[str, str], folder: Path) -> CheckResult:
        """How it ended. `folder` has the artefact's files; the program may write there, and it goes afterwards."""


@dataclass(frozen=True, kw_only=True)
class Look:
    """One check to be looked at: at `at`, the last of these instants, and as far back as its source remembers."""

    check: WatchCheck
    instants: Sequence[datetime]
    before: Sequence[datetime] = ()
    """Instants of the hour before that are wanted too."""


class Monitor(Protocol):
    """Looks at live: metrics, alerts, an answer of the service itself (R17)."""

    def look(self, looks: Sequence[Look], hosts: Collection[str]) -> Sequence[Sequence[Sample]]:
        """What was seen, for each look, at instants that it asked for; asks no host but these, and never raises:
        what could not be seen is a sample that says why. Returns within a minute, whatever the others do."""
