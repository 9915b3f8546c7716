"""What is watched of live after a deploy, and what was seen of it (R17). Plain values; JSON and back without loss."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum


class SourceKind(StrEnum):
    """Where a check looks."""

    PROMETHEUS = "prometheus"
    ALERTMANAGER = "alertmanager"
    HTTP_JSON = "http_json"


@dataclass(frozen=True, kw_only=True)
class HourBefore:
    """Limits as multiples of the mean of the hour before the deploy."""

    at_most_times: float | None = None
    at_least_times: float | None = None
    ignore_below: float
    """Values no larger than this are never too much; an hour before below it is too quiet to be compared with."""


@dataclass(frozen=True, kw_only=True)
class Limits:
    """What a value must be; all that is given must hold."""

    at_most: float | None = None
    at_least: float | None = None
    equals: str | float | bool | None = None
    hour_before: HourBefore | None = None


@dataclass(frozen=True, kw_only=True)
class WatchCheck:
    """One thing that is looked at again and again. Secrets stay in the connection that is named."""

    name: str
    source: SourceKind
    connection: str | None = None
    """Of Prometheus or Alertmanager."""
    url: str | None = None
    """Of an HTTP check."""
    query: str = ""
    """PromQL, or the dotted path to a value of the JSON answer."""
    matchers: tuple[str, ...] = ()
    """Which alerts count, as Alertmanager writes matchers; none: all."""
    heartbeat: str | None = None
    """An alert that always fires: while it does not, nobody knows whether others would."""
    limits: Limits = field(default_factory=Limits)
    bad_looks: int = 2
    """How many bad looks in a row are a fail."""


@dataclass(frozen=True, kw_only=True)
class WatchSettings:
    """How long live is watched, how often, and what is looked at."""

    minutes: int
    every_seconds: int
    checks: tuple[WatchCheck, ...]

    @property
    def span(self) -> timedelta:
        """How long."""
        return timedelta(minutes=self.minutes)

    @property
    def every(self) -> timedelta:
        """Between two looks."""
        return timedelta(seconds=self.every_seconds)


@dataclass(frozen=True, kw_only=True)
class Alert:
    """An alert that fires: neither silenced nor inhibited."""

    fingerprint: str
    name: str
    started_at: datetime


@dataclass(frozen=True, kw_only=True)
class Sample:
    """What one look saw. With a `problem` it saw nothing, and that says why."""

    at: datetime
    value: str | float | bool | None = None
    alerts: tuple[Alert, ...] = ()
    problem: str = ""


@dataclass(frozen=True, kw_only=True)
class Course:
    """A watch in time."""

    deployed_at: datetime
    """When the stage's first work began: what was seen before that is what live was like without the release."""
    began_at: datetime
    settings: WatchSettings

    @property
    def ends_at(self) -> datetime:
        """When it has been watched for long enough."""
        return self.began_at + self.settings.span

    @property
    def looks(self) -> int:
        """How many looks there are, the first and the last included."""
        return self.settings.span // self.settings.every + 1

    def looks_until(self, now: datetime) -> tuple[datetime, ...]:
        """The instants at which each check is looked at, as far as they have come."""
        come = min(self.looks, max(0, (now - self.began_at) // self.settings.every + 1))
        return tuple(self.began_at + number * self.settings.every for number in range(come))
