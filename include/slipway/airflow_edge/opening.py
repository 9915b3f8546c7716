"""The first task of every run: what was asked for becomes an attempt in the release database, or is refused."""

import json
from collections.abc import Mapping
from typing import Any

from slipway.airflow_edge.light import Light
from slipway.airflow_edge.outcomes import translated
from slipway.airflow_edge.runs import patiently, world
from slipway.domain.grant import PLATFORM_ACCOUNT
from slipway.domain.release import ChangeKind, Origin
from slipway.domain.service import StageRole
from slipway.ports.values import Actor
from slipway.use_cases.attempt_request import AttemptRequest
from slipway.use_cases.open_attempt import open_attempt

_EXTRA = ("problematic",)


class Open(Light):
    """Opens the attempt of this run. `to` is fixed for Dev runs, else it comes from the form."""

    def __init__(self, *, service: str, dev_only: bool, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.service = service
        self.dev_only = dev_only

    def execute(self, context: Any) -> str:
        """The attempt's id and version, in words."""
        with translated():
            request = self._request(context)
            attempt = patiently(lambda: open_attempt(world(), request))
            return f"{attempt.id}: {attempt.service} {attempt.version} ({attempt.digest})"

    def _request(self, context: Any) -> AttemptRequest:
        run = context["dag_run"]
        form: Mapping[str, Any] = context["params"]
        origin, actor = origin_of(run, context)
        asked = {} if self.dev_only else form
        return AttemptRequest(
            service=self.service,
            dag_id=run.dag_id,
            run_id=run.run_id,
            origin=origin,
            actor=actor,
            version=_newest_event(context, "version") if self.dev_only else (asked.get("version") or None),
            summary=asked.get("summary") or "",
            rollback_plan=asked.get("rollback_plan") or "",
            kind=ChangeKind(asked.get("change_kind") or "standard"),
            to=StageRole.DEV if self.dev_only else StageRole(asked.get("to") or "prod"),
            release_id=asked.get("release_id") or None,
            ticket=asked.get("ticket") or None,
            fixes=asked.get("fixes") or None,
            needs=asked.get("needs") or "",
            despite_bad=asked.get("despite_bad") or "",
            for_team=asked.get("for_team") or None,
            attended_by=asked.get("attended_by") or None,
            support=asked.get("support") or None,
            proof_in=asked.get("proof_in") or None,
            contains=asked.get("contains") or "",
            extra={key: json.dumps(asked[key]) for key in _EXTRA if asked.get(key)},
        )


def origin_of(run: Any, context: Any) -> tuple[Origin, Actor]:
    """Who asks, by what Airflow recorded of the trigger. The command line records an operating-system user."""
    kind = str(getattr(run.run_type, "value", run.run_type))
    if kind == "scheduled":
        return Origin.SCHEDULE, Actor(id="schedule", via="airflow")
    if kind == "asset_triggered":
        return Origin.PIPELINE, Actor(id="pipeline", via="airflow")
    person = run.triggering_user_name or "unknown"
    if person == PLATFORM_ACCOUNT:
        return Origin.PLATFORM, Actor(id=person, via="airflow")
    return Origin.PERSON, Actor(id=person, via="airflow")


def _newest_event(context: Any, key: str) -> str | None:
    """What the newest of the artefact events that started this run says; several may have been folded into one."""
    events = [event for group in context["triggering_asset_events"].values() for event in group]
    if not events:
        return None
    newest = max(events, key=lambda event: event.timestamp)
    value = (newest.extra or {}).get(key)
    return str(value) if value else None
