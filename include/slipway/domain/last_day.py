"""What happened where a release goes in the 24 hours before it was asked about, for those who decide (R14). Pure."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from slipway.domain.commits import harmless
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
class LastDay:
    """Deploys and holds newest first; reviews that are open, and those of them that are overdue."""

    environment: str
    deployed: Sequence[Deployed] = ()
    held: Sequence[Held] = ()
    open_reviews: int = 0
    overdue_reviews: int = 0
    unauthorised: int = 0
    """Changes that no release covers, found in that time."""

    def lines(self) -> Iterator[str]:
        """Markdown list items."""
        yield f"- The last 24 hours in {self.environment}:"
        yield from _listed("Deployed", [_deployed(one) for one in self.deployed])
        yield from _listed("Held", [_held(one) for one in self.held])
        found = f"**{self.unauthorised} unauthorised**" if self.unauthorised else "no unauthorised"
        overdue = f", **{self.overdue_reviews} of them overdue**" if self.overdue_reviews else ""
        yield f"    - Found: {found} changes; reviews that are open: {self.open_reviews}{overdue}"


def _listed(what: str, said: Sequence[str]) -> Iterator[str]:
    more = f", and {len(said) - MOST_SHOWN} more" if len(said) > MOST_SHOWN else ""
    yield f"    - {what}: {', '.join(said[:MOST_SHOWN]) or 'nothing'}{more}"


def _deployed(one: Deployed) -> str:
    what = f"{one.service} {one.version}" if one.version else f"{one.service} removed"
    return f"{what}{' brought back' if one.brought_back and one.version else ''} at {one.at:%H:%M} UTC"


def _held(one: Held) -> str:
    what = "everything" if one.name is None else harmless(one.name, NAME)
    over = f"until {one.over_at:%H:%M} UTC" if one.over_at else "**still**"
    return f"{what} by {one.by} ({over}): {harmless(one.reason, TEXT)}"
