"""What a target answered when it was asked what runs, beside what the log said at that moment (R3, R4)."""

from dataclasses import dataclass

from slipway.domain.json_value import JsonObject


@dataclass(frozen=True, kw_only=True)
class Sighting:
    """One answer. `problem` says why nothing is known; then the answer's own fields mean nothing."""

    environment: str
    digest: str | None
    """What the target says runs; None: nothing."""
    version: str | None
    healthy: bool
    detail: str
    logged_digest: str | None
    """What the log says runs; None: nothing."""
    logged_row: int | None
    """The log's row that says so: another one by the time of the permit means that the answer is outdated."""
    problem: str | None = None

    @property
    def drifted(self) -> bool:
        """Whether the target surely runs something else than the log says."""
        return self.problem is None and self.digest != self.logged_digest

    def as_json(self) -> JsonObject:
        """For the log."""
        return {
            "environment": self.environment,
            "digest": self.digest,
            "version": self.version,
            "healthy": self.healthy,
            "detail": self.detail,
            "log_says": self.logged_digest,
            "problem": self.problem,
        }


def briefly(digest: str | None) -> str:
    """A digest as people read it."""
    return f"{digest[:19]}…" if digest else "nothing"
