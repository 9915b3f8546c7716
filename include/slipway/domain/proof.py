"""What an artefact proved in an environment, and what takes that away: age, a word against it, a changed dependency."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta


@dataclass(frozen=True, kw_only=True)
class Proof:
    """The latest verdict on an artefact in an environment."""

    verdict: str
    at: datetime
    voided_because: str | None = None
    warnings: tuple[str, ...] = ()
    """Checks that did not pass, and block nothing."""

    @property
    def passed(self) -> bool:
        """Whether it was good, and nobody has found otherwise since."""
        return self.verdict == "pass" and self.voided_because is None


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
