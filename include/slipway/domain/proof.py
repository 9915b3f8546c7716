"""What an artefact proved in an environment, and what takes that away: age, a word against it, a changed dependency."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from slipway.domain.json_value import JsonObject
from slipway.domain.service import Priority
from slipway.domain.verdict import Verdict

MOST_SAID = 200
"""Characters of what a check said, where it is told in passing: log and proof have it whole."""


@dataclass(frozen=True, kw_only=True)
class Proof:
    """The latest verdict on an artefact in an environment."""

    verdict: str
    at: datetime
    voided_because: str | None = None
    warnings: tuple[str, ...] = ()
    """Checks that did not pass, and block nothing, each with what it said."""
    failed: str = ""
    """The first check that decided against it, with what it said."""

    @property
    def passed(self) -> bool:
        """Whether it was good, and nobody has found otherwise since."""
        return self.verdict == "pass" and self.voided_because is None


def proof_of(verdict: str, at: datetime, checks: Sequence[JsonObject], voided_because: str | None = None) -> Proof:
    """From its checks, as they are kept."""
    warned = (one for one in checks if not _blocks(one) and one["status"] != Verdict.PASS)
    warnings = tuple(in_few_words(one["name"], one["detail"]) for one in warned)
    first = first_failed(checks)
    failed = in_few_words(first["name"], first["detail"]) if first else ""
    return Proof(verdict=verdict, at=at, voided_because=voided_because, warnings=warnings, failed=failed)


def first_failed(checks: Sequence[JsonObject]) -> JsonObject | None:
    """Of those that block: the first that failed, or else found out nothing. None: all passed."""
    wanted = (Verdict.FAIL, Verdict.UNKNOWN)
    return next((one for status in wanted for one in checks if _blocks(one) and one["status"] == status), None)


def in_few_words(name: str, detail: str) -> str:
    """A check and what it said, in one line that is not too long to be read in passing."""
    said = " ".join(detail.split())
    return f"{name}: {said if len(said) <= MOST_SAID else said[:MOST_SAID] + '…'}"


def _blocks(check: JsonObject) -> bool:
    return check.get("priority") != Priority.WARNING


@dataclass(frozen=True, kw_only=True)
class Change:
    """Another service that changed in a pre-production environment: how often, and what runs since the last time."""

    service: str
    environment: str
    version: str | None
    at: datetime
    times: int

    def __str__(self) -> str:
        often = f", the last of {self.times} changes" if self.times > 1 else ""
        return f"{self.service} {self.version or 'removed'} in {self.environment} ({self.at:%Y-%m-%d %H:%M} UTC{often})"


@dataclass(frozen=True, kw_only=True)
class Flaw:
    """Why a proof that passed counts no more; `code` is that of the blocker."""

    code: str
    message: str


def flaws(
    proof: Proof, now: datetime, life: timedelta, changes: Sequence[Change], depends_on: Sequence[str]
) -> Iterator[Flaw]:
    """`proof_void`, `proof_expired`, and a `dependency_changed` for each dependency that changed since the proof."""
    if proof.voided_because is not None:
        yield Flaw(code="proof_void", message=f"does not count: {proof.voided_because}")
    if proof.at + life <= now:
        yield Flaw(code="proof_expired", message=f"is of {proof.at:%Y-%m-%d %H:%M} UTC, and counts for {_words(life)}")
    for change in changes:
        if change.service in depends_on and change.at >= proof.at:
            yield Flaw(code="dependency_changed", message=f"was before a change of what it depends on: {change}")


def _words(life: timedelta) -> str:
    minutes = round(life.total_seconds() / 60)
    for size, name in ((24 * 60, "days"), (60, "hours")):
        if minutes % size == 0 and minutes >= 2 * size:
            return f"{minutes // size} {name}"
    return f"{minutes} minutes"
