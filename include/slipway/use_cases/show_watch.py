"""How far the watch of live is, check by check, for whoever follows it or decides about it (R17)."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from slipway.domain.json_value import JsonObject
from slipway.domain.release import Stage
from slipway.domain.service import StageRole
from slipway.domain.watch_verdict import CheckVerdict, course_of, judge
from slipway.ports.store import Transaction


@dataclass(frozen=True, kw_only=True)
class WatchShown:
    """`verdict` None: there is none yet, or it `is_over` without one. `until`: when its looks end."""

    verdict: str | None
    is_over: bool
    looks: int
    of: int
    until: datetime
    checks: tuple[CheckVerdict, ...]

    def as_json(self) -> JsonObject:
        """As REST and `--json` give it; `text` is what people read of a check."""
        return {
            "verdict": self.verdict,
            "is_over": self.is_over,
            "looks": self.looks,
            "of": self.of,
            "until": self.until,
            "checks": [
                {
                    "name": one.name,
                    "verdict": one.verdict,
                    "detail": one.detail,
                    "text": one.told(is_over=self.is_over),
                }
                for one in self.checks
            ],
        }


def show_watch(tx: Transaction, stage: Stage, finished_at: datetime | None = None) -> WatchShown | None:
    """As it stands, or stood at the end of stage or watch; None: it has not begun, or there is none."""
    course = course_of(stage, tx.activities.of_stage(stage.attempt_id, stage.role))
    if course is None or stage.attend_until is None:
        return None
    at = min(tx.now, stage.attend_until, finished_at or tx.now)
    judged = judge(course, tx.watch_samples.of_stage(stage.attempt_id, stage.role), at)
    return WatchShown(
        verdict=stage.watched or judged.verdict,
        is_over=stage.watched is not None or stage.outcome is not None or tx.now >= stage.attend_until,
        looks=len(course.looks_until(at)),
        of=course.looks,
        until=min(course.ends_at, stage.attend_until),
        checks=judged.checks,
    )


def with_watches(tx: Transaction, release: Mapping[str, Any]) -> dict[str, Any]:
    """A release as the release database gives it whole, each stage with its watch (`watch`; None: there is none)."""
    attempts = [
        {**attempt, "stages": [_with_watch(tx, attempt["id"], stage) for stage in attempt["stages"]]}
        for attempt in release["attempts"]
    ]
    return {**release, "attempts": attempts}


def _with_watch(tx: Transaction, attempt_id: str, shown: Mapping[str, Any]) -> dict[str, Any]:
    found = None
    if shown["watch_began_at"] is not None:
        found = show_watch(tx, tx.stages.get(attempt_id, StageRole(shown["role"])), shown["finished_at"])
    return {**shown, "watch": found.as_json() if found else None}
