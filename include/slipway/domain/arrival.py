"""Where an artefact came from, and who gave no answer before: in the log, and on the form (R23)."""

from dataclasses import dataclass
from datetime import datetime

from slipway.domain.commits import harmless
from slipway.domain.json_value import JsonObject

LONGEST = 300


@dataclass(frozen=True, kw_only=True)
class Failed:
    """A place that could not be used."""

    source: str
    because: str


@dataclass(frozen=True, kw_only=True)
class Arrival:
    """How an archive came to the store."""

    source: str
    address: str
    failed: tuple[Failed, ...] = ()

    def as_json(self) -> JsonObject:
        """As the log has it."""
        failed = [{"source": one.source, "because": one.because} for one in self.failed]
        return {"source": self.source, "address": self.address, "failed": failed}

    def line(self) -> str:
        """A Markdown list item."""
        why = "".join(f"; {one.source} could not be used: {harmless(one.because, LONGEST)}" for one in self.failed)
        return f"- Fetched from {self.source}: {harmless(self.address, LONGEST)}{why}"


@dataclass(frozen=True, kw_only=True)
class MirroredCopy:
    """A version that came from `source` because nobody before it could be used, and was not compared since."""

    id: int
    service: str
    version: str
    digest: str
    source: str
    asked_at: datetime | None
    """When the place that publishes it was last asked, and gave no answer."""
