"""Watches to start from: one check of errors, every 15 seconds for 5 minutes, unless changed by keyword."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from slipway.domain.service import Service
from slipway.domain.watch import Alert, Course, Limits, Sample, SourceKind, WatchCheck, WatchSettings
from tests.builders import PROD, a_service
from tests.facts import NOW

BEGAN = NOW
DEPLOYED = NOW - timedelta(minutes=2)


def a_check(name: str = "errors", **changes: Any) -> WatchCheck:
    values: dict[str, Any] = {
        "name": name,
        "source": SourceKind.PROMETHEUS,
        "connection": "prometheus_default",
        "query": "sum(rate(errors[1m]))",
        "limits": Limits(at_most=1.0),
    }
    return WatchCheck(**{**values, **changes})


def an_alert_check(**changes: Any) -> WatchCheck:
    values: dict[str, Any] = {"source": SourceKind.ALERTMANAGER, "query": "", "limits": Limits(), "bad_looks": 1}
    return a_check(**{"name": "alerts", **values, **changes})


def a_watch(*checks: WatchCheck, minutes: int = 5, every_seconds: int = 15) -> WatchSettings:
    return WatchSettings(minutes=minutes, every_seconds=every_seconds, checks=checks or (a_check(),))


def a_course(*checks: WatchCheck) -> Course:
    return Course(deployed_at=DEPLOYED, began_at=BEGAN, settings=a_watch(*checks))


def samples(*values: float | str | None, first: datetime = BEGAN, every: int = 15) -> list[Sample]:
    """One each 15 seconds; None: nothing was seen."""
    step = timedelta(seconds=every)
    return [
        Sample(at=first + number * step, value=value, problem="there is no data" if value is None else "")
        for number, value in enumerate(values)
    ]


def the_hour_before(values: Sequence[float]) -> list[Sample]:
    """One each minute, the last just before the deploy."""
    return samples(*values, first=DEPLOYED - timedelta(minutes=len(values)), every=60)


def an_alert(name: str, minutes: float) -> Alert:
    """That began so many minutes after the deploy."""
    return Alert(fingerprint=name, name=name, started_at=DEPLOYED + timedelta(minutes=minutes))


def watched_service(name: str = "orders", watch: WatchSettings | None = None, **more: Any) -> Service:
    """Of team ordering; Prod is watched."""
    plain = a_service(name, **more)
    prod = replace(plain.stages[PROD], watch=watch or a_watch())
    return replace(plain, stages={**plain.stages, PROD: prod})
