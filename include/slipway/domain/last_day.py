"""What happened in the last 24 hours where a release goes, and what is open, for those who decide (R14). Pure."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from slipway.domain.commits import harmless
from slipway.domain.open_finding import LoggedFinding
from slipway.domain.text_limits import NAME, TEXT

SPAN = timedelta(days=1)
MOST_SHOWN = 10
"""Of each; longer lists hide the rest of the form, and everything is in the log."""


@dataclass(frozen=True, kw_only=True)
class Deployed:
    """One artefact that came to run there. `version` None: the service was removed."""

    service: str
    version: str | None
    brought_back: bool
    at: datetime


@dataclass(frozen=True, kw_only=True)
class Held:
    """A hold that was placed, or still stood, in that time. `name` None: it was on everything."""

    id: int
    name: str | None
    reason: str
    by: str
    over_at: datetime | None
    """None: it stands."""


@dataclass(frozen=True, kw_only=True)
class Drift:
    """A target that ran what the log did not know, where nothing was deployed since. `seq`: its entry in the log."""

    service: str
    environment: str
    seq: int


@dataclass(frozen=True, kw_only=True)
class LastDay:
    """Deploys and holds newest first; reviews that are open, and those of them that are overdue.

    What is open is so wherever and however long ago it was found."""

    environment: str
    deployed: Sequence[Deployed] = ()
    held: Sequence[Held] = ()
    open_reviews: int = 0
    overdue_reviews: int = 0
    open_findings: int = 0
    """Unauthorised changes that nobody has closed."""
    newest_findings: Sequence[LoggedFinding] = ()
    """The newest of them first."""
    drifted: Sequence[Drift] = ()

    def lines(self) -> Iterator[str]:
        """Markdown list items."""
        yield f"- The last 24 hours in {self.environment}:"
        yield from _listed("Deployed", [_deployed(one) for one in self.deployed])
        yield from _listed("Held", [_held(one) for one in self.held])
        overdue = f", **{self.overdue_reviews} of them overdue**" if self.overdue_reviews else ""
        yield f"    - Open findings: {self._findings()}; reviews that are open: {self.open_reviews}{overdue}"
        if self.drifted:
            yield from _listed("**Drift**, and nothing deployed there since", [_drift(one) for one in self.drifted])

    def _findings(self) -> str:
        if not self.open_findings:
            return "none"
        shown = [f"{one.seq} {harmless(one.what, NAME)}" for one in self.newest_findings[:MOST_SHOWN]]
        return f"**{self.open_findings}**: {_cut(shown, self.open_findings)}"


def _listed(what: str, said: Sequence[str]) -> Iterator[str]:
    yield f"    - {what}: {_cut(said, len(said))}"


def _cut(said: Sequence[str], count: int) -> str:
    more = f", and {count - MOST_SHOWN} more" if count > MOST_SHOWN else ""
    return f"{', '.join(said[:MOST_SHOWN]) or 'nothing'}{more}"


def _deployed(one: Deployed) -> str:
    what = f"{one.service} {one.version}" if one.version else f"{one.service} removed"
    return f"{what}{' brought back' if one.brought_back and one.version else ''} at {one.at:%H:%M} UTC"


def _held(one: Held) -> str:
    what = "everything" if one.name is None else harmless(one.name, NAME)
    over = f"until {one.over_at:%H:%M} UTC" if one.over_at else "**still**"
    return f"{what} by {one.by} ({over}): {harmless(one.reason, TEXT)}"


def _drift(one: Drift) -> str:
    return f"{one.service} in {one.environment} (log entry {one.seq})"
