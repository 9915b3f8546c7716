"""An unauthorised change in the release log, and what people said of it: a senior explains it, a manager closes it."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from slipway.domain.json_value import JsonObject
from slipway.domain.log_entry import LogEntry


@dataclass(frozen=True, kw_only=True)
class Said:
    """What one person said of a finding, and when."""

    person: str
    because: str
    at: datetime

    def as_json(self) -> JsonObject:
        """For reading."""
        return {"person": self.person, "because": self.because, "at": self.at}


@dataclass(frozen=True, kw_only=True)
class LoggedFinding:
    """Explanations oldest first; further ones are taken until it is closed."""

    entry: LogEntry
    explanations: Sequence[Said] = ()
    closed: Said | None = None

    @property
    def seq(self) -> int:
        """What it is known by: the number of its log entry."""
        return self.entry.seq

    @property
    def what(self) -> str:
        """What was changed, in words."""
        return str(json.loads(self.entry.payload)["what"])

    @property
    def explained_by(self) -> Sequence[str]:
        """Everybody who explained it, in order, each once."""
        return tuple(dict.fromkeys(said.person for said in self.explanations))

    def as_json(self) -> JsonObject:
        """The log entry, with what was said of it."""
        return {
            **self.entry.as_json(),
            "explanations": [said.as_json() for said in self.explanations],
            "closed": None if self.closed is None else self.closed.as_json(),
        }
