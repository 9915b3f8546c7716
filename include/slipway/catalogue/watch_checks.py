"""`watch` of a service: what of live is looked at after each deploy, for how long, and what would be wrong (R17)."""

from typing import Annotated, Any, Literal, Self

from pydantic import AfterValidator, Discriminator, Field, StringConstraints, Tag, model_validator

from slipway.catalogue.problems import nearest
from slipway.catalogue.smoke_checks import Url
from slipway.catalogue.strict_model import ConnectionId, StrictModel, Text
from slipway.domain.watch import HourBefore, Limits, SourceKind, WatchCheck, WatchSettings

AlertName = Annotated[
    str, StringConstraints(pattern=r"^[A-Za-z0-9_:.-]+$", max_length=200), Field(examples=["Watchdog"])
]
Matcher = Annotated[
    str,
    StringConstraints(pattern=r'^[A-Za-z_][A-Za-z0-9_]*(=|!=|=~|!~)"[^"\n]*"$', max_length=500),
    Field(examples=['service="orders"', 'severity=~"critical|page"']),
]
JsonPath = Annotated[
    str, StringConstraints(pattern=r"^[^\s.]+(\.[^\s.]+)*$", max_length=200), Field(examples=["queue.length"])
]
_LIMIT_NAMES = ("at_most", "at_least", "hour_before")


class HourBeforeModel(StrictModel):
    """Limits as multiples of the mean of the hour before the deploy."""

    at_most_times: float | None = Field(None, gt=0)
    at_least_times: float | None = Field(None, gt=0)
    ignore_below: float = Field(
        ge=0, description="Values no larger are never too much; an hour before below it is too quiet to compare with."
    )

    @model_validator(mode="after")
    def _one_at_least(self) -> Self:
        if self.at_most_times is None and self.at_least_times is None:
            raise ValueError("it compares nothing: give `at_most_times`, `at_least_times` or both")
        return self

    def settings(self) -> HourBefore:
        """The domain value."""
        return HourBefore(**self.model_dump())


class CheckModel(StrictModel):
    """What all checks have."""

    name: Text
    bad_looks: int = Field(2, ge=1, le=100, description="So many bad looks in a row are a fail.")


class MeasuredModel(CheckModel):
    """A check of a number."""

    at_most: float | None = None
    at_least: float | None = None

    def limits(self) -> Limits:
        """The domain value."""
        return Limits(at_most=self.at_most, at_least=self.at_least)


class PrometheusModel(MeasuredModel):
    """A PromQL query that gives one series."""

    source: Literal["prometheus"]
    connection: ConnectionId = Field(description="Airflow's HTTP connection of Prometheus.")
    query: Text
    hour_before: HourBeforeModel | None = Field(None, description="Limits compared with the hour before the deploy.")

    @model_validator(mode="after")
    def _limited(self) -> Self:
        if all(getattr(self, name) is None for name in _LIMIT_NAMES):
            raise ValueError(f"it has no limit: give one of {', '.join(_LIMIT_NAMES)}")
        return self

    def check(self) -> WatchCheck:
        """The domain value."""
        hour = None if self.hour_before is None else self.hour_before.settings()
        return WatchCheck(
            name=self.name,
            source=SourceKind.PROMETHEUS,
            connection=self.connection,
            query=self.query,
            limits=Limits(at_most=self.at_most, at_least=self.at_least, hour_before=hour),
            bad_looks=self.bad_looks,
        )


class AlertmanagerModel(CheckModel):
    """Alerts that fire, and began after the deploy."""

    source: Literal["alertmanager"]
    connection: ConnectionId = Field(description="Airflow's HTTP connection of Alertmanager.")
    matchers: list[Matcher] = Field([], description="Alerts that match all of these count; none: all alerts.")
    heartbeat: AlertName | None = Field(
        None, description="An alert that always fires; while it does not, no alert is no good news."
    )
    bad_looks: int = Field(1, ge=1, le=100, description="So many looks in a row at which a new alert fires are a fail.")

    def check(self) -> WatchCheck:
        """The domain value."""
        return WatchCheck(
            name=self.name,
            source=SourceKind.ALERTMANAGER,
            connection=self.connection,
            matchers=tuple(self.matchers),
            heartbeat=self.heartbeat,
            bad_looks=self.bad_looks,
        )


class HttpJsonModel(MeasuredModel):
    """A value of a JSON document."""

    source: Literal["http_json"]
    url: Url
    path: JsonPath = Field(description="Where the value stands: names and numbers of list items, with dots.")
    equals: str | float | bool | None = None

    @model_validator(mode="after")
    def _limited(self) -> Self:
        bounds = self.at_most is not None or self.at_least is not None
        if (self.equals is not None) == bounds:
            raise ValueError("it needs either `equals`, or `at_most` and `at_least` or one of them")
        return self

    def check(self) -> WatchCheck:
        """The domain value."""
        return WatchCheck(
            name=self.name,
            source=SourceKind.HTTP_JSON,
            url=self.url,
            query=self.path,
            limits=Limits(at_most=self.at_most, at_least=self.at_least, equals=self.equals),
            bad_looks=self.bad_looks,
        )


_MODELS = {"prometheus": PrometheusModel, "alertmanager": AlertmanagerModel, "http_json": HttpJsonModel}


def _which(value: Any) -> str:
    """By `source`, or the nearest to it, so that its other fields are checked too; else refused for that alone."""
    source = str(value.get("source", "") if isinstance(value, dict) else getattr(value, "source", ""))
    close = source if source in _MODELS else nearest(source, _MODELS)
    return _MODELS[close].__name__ if close else source


AnyCheckModel = Annotated[
    Annotated[PrometheusModel, Tag("PrometheusModel")]
    | Annotated[AlertmanagerModel, Tag("AlertmanagerModel")]
    | Annotated[HttpJsonModel, Tag("HttpJsonModel")],
    Discriminator(_which),
]


def _named_once(checks: list[AnyCheckModel]) -> list[AnyCheckModel]:
    names = [one.name for one in checks]
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise ValueError(f"several checks are called {', '.join(twice)}: what was seen is kept by name")
    return checks


class WatchModel(StrictModel):
    """What is watched in live after each deploy, until it is clear that all is well."""

    minutes: int = Field(ge=1, le=480, description="How long; shorter than `lane.attend_minutes`.")
    every_seconds: int = Field(15, ge=5, le=300, description="Between two looks.")
    checks: Annotated[list[AnyCheckModel], AfterValidator(_named_once)] = Field(min_length=1, max_length=30)

    def settings(self) -> WatchSettings:
        """The domain value."""
        return WatchSettings(
            minutes=self.minutes,
            every_seconds=self.every_seconds,
            checks=tuple(model.check() for model in self.checks),
        )
