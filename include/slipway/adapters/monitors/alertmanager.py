"""What fires now, from Alertmanager's API v2: neither silenced nor inhibited."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from slipway.adapters.monitors.guarded_get import NotSeenError
from slipway.domain.json_value import JsonValue
from slipway.domain.watch import Alert

PATH = "/api/v2/alerts"


def params(matchers: Sequence[str]) -> list[tuple[str, str]]:
    """What is asked: alerts that match all of these, and that somebody would be told about."""
    return [
        ("active", "true"),
        ("silenced", "false"),
        ("inhibited", "false"),
        *(("filter", matcher) for matcher in matchers),
    ]


def heartbeat_params(name: str) -> list[tuple[str, str]]:
    """Whether the alert that always fires does."""
    return [("active", "true"), ("filter", f'alertname="{name}"')]


def alerts(document: JsonValue) -> tuple[Alert, ...]:
    """Those that fire. Raises NotSeenError for what is no list of alerts."""
    if not isinstance(document, list):
        raise NotSeenError("Alertmanager answered no list")
    return tuple(_alert(one) for one in document)


def _alert(one: JsonValue) -> Alert:
    try:
        started = datetime.fromisoformat(one["startsAt"])
        labels: Mapping[str, str] = one["labels"]
        found = Alert(fingerprint=str(one["fingerprint"]), name=str(labels["alertname"]), started_at=started)
    except (KeyError, TypeError, ValueError) as error:
        raise NotSeenError("Alertmanager answered an alert that cannot be read") from error
    if started.tzinfo is None:
        raise NotSeenError("Alertmanager answered an alert whose time has no zone")
    return found
