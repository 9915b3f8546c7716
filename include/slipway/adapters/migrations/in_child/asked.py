"""The job of the child, and what it may refuse."""

from dataclasses import dataclass
from enum import StrEnum


class Action(StrEnum):
    """What may be asked."""

    STATE = "state"
    UPGRADE = "upgrade"
    DOWNGRADE = "downgrade"


@dataclass(frozen=True, kw_only=True)
class Asked:
    """One job; `until` is on the clock of `time.monotonic`."""

    tool: str
    action: Action
    to: str | None
    url: str
    folder: str
    contract: frozenset[str]
    """Post migrations that may run."""
    until: float
    lock_timeout_ms: int
    lock_tries: int
    statement_timeout_ms: int


class RefusedHereError(Exception):
    """The job cannot be done; the text says why and what to do."""

    def __init__(self, message: str, *, code: str | None = None, revision: str | None = None) -> None:
        super().__init__(message)
        self.code = code
        self.revision = revision
