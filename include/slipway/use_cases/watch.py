"""Watches live after a deploy, to a verdict: begins, goes on after whatever broke it off, and ends (R17).

Nothing is kept but rows: who looks may die at any time, and whoever comes next goes on from what was seen.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from slipway.domain import messages
from slipway.domain.activity import Activity, ActivityKind
from slipway.domain.errors import SlipwayError
from slipway.domain.policy.window_is_open import attend_until
from slipway.domain.release import Attempt, Stage, StageOutcome
from slipway.domain.service import StageRole
from slipway.domain.verdict import Verdict
from slipway.domain.watch import Course, Sample, WatchCheck
from slipway.domain.watch_verdict import WatchVerdict, course_of, judge
from slipway.ports.outside.checks import Look
from slipway.ports.store import Transaction
from slipway.ports.values import Actor
from slipway.use_cases.facts import gather
from slipway.use_cases.world import World

PROD = StageRole.PROD
NO_WATCH = "the service declares no watch: besides its smoke tests, only people look at live, where they are asked"
_BEFORE, _BEFORE_STEP = timedelta(hours=1), timedelta(minutes=1)


class WatchFailedError(SlipwayError):
    """Something is wrong with live since the deploy; the stage is undone."""


class WatchIsOverError(SlipwayError):
    """There is nothing to watch any more: the stage has ended, or must. `ending`: how."""

    def __init__(self, message: str, ending: StageOutcome) -> None:
        super().__init__(message)
        self.ending = ending


@dataclass(frozen=True, kw_only=True)
class Watched:
    """`until` None: the watch is over, and `detail` says how."""

    detail: str
    until: datetime | None


@dataclass(frozen=True, kw_only=True)
class Progress:
    """How far a watch is, for people who follow it. `over`: there is nothing to wait for."""

    over: bool
    says: str = ""


def watch(world: World, attempt_id: str, actor: Actor) -> Watched:
    """Begins, or says till when to go on looking, or writes the verdict. Raises WatchFailedError, WatchIsOverError."""
    with world.store.transaction() as tx:
        attempt = tx.releases.lock_attempt(attempt_id)
        stage = tx.stages.lock(attempt_id, PROD)
        if stage.outcome is not None and stage.outcome.has_no_work:
            return Watched(detail=stage.detail, until=None)
        if stage.definition.watch is None:
            return _nothing_to_watch(tx, attempt, stage, actor)
        found = _known_verdict(stage) or _begin_or_end(tx, attempt, stage, actor)
    if found.verdict is Verdict.FAIL:
        raise WatchFailedError(f"the watch of {stage.environment} failed. {found.detail}")
    return Watched(detail=found.detail, until=found.until)


def look_at_live(world: World, attempt_id: str) -> Progress:
    """One round: looks at what is due, keeps what was seen, and says whether that decides it. Safe to call twice."""
    with world.store.transaction() as tx:
        attempt = tx.releases.attempt(attempt_id)
        stage = tx.stages.get(attempt_id, PROD)
        course = course_of(stage, tx.activities.of_stage(attempt_id, PROD))
        if attempt is None or course is None or _why_over(tx, attempt, stage) or stage.watched is not None:
            return Progress(over=True)
        due = _due(course, tx.watch_samples.of_stage(attempt_id, PROD), tx.now)
        hosts = tx.policy().platform.watch_hosts
    seen = world.monitor.look(due, hosts) if due else ()
    with world.store.transaction() as tx:
        for look, samples in zip(due, seen, strict=True):
            tx.watch_samples.add(attempt_id, PROD, look.check.name, samples)
        judged = judge(course, tx.watch_samples.of_stage(attempt_id, PROD), tx.now)
        decided = judged.verdict is not None or _time_is_up(stage, tx.now)
        return Progress(over=decided, says=str(judged) if due else "")


@dataclass(frozen=True, kw_only=True)
class _Found:
    verdict: Verdict | None
    detail: str
    until: datetime | None = None


def _nothing_to_watch(tx: Transaction, attempt: Attempt, stage: Stage, actor: Actor) -> Watched:
    payload = {"step": "watch", "detail": NO_WATCH}
    tx.log("nothing_checked", actor, attempt=attempt, environment=stage.environment, payload=payload)
    return Watched(detail=NO_WATCH, until=None)


def _known_verdict(stage: Stage) -> _Found | None:
    """A task that starts again finds what was decided."""
    if stage.watched is None:
        return None
    return _Found(verdict=Verdict(stage.watched), detail=f"it was decided before: {stage.watched}")


def _begin_or_end(tx: Transaction, attempt: Attempt, stage: Stage, actor: Actor) -> _Found:
    over = _why_over(tx, attempt, stage)
    if over is not None:
        raise over
    if stage.watch_began_at is None:
        stage = _begin(tx, attempt, stage, actor)
    course = course_of(stage, tx.activities.of_stage(attempt.id, PROD))
    assert course is not None, "it has begun"
    assert stage.attend_until is not None, "it has begun"
    judged = judge(course, tx.watch_samples.of_stage(attempt.id, PROD), tx.now)
    if judged.verdict is None and not _time_is_up(stage, tx.now):
        return _Found(verdict=None, detail=str(judged), until=stage.attend_until)
    return _end(tx, attempt, stage, judged, actor)


def _begin(tx: Transaction, attempt: Attempt, stage: Stage, actor: Actor) -> Stage:
    settings = stage.definition.watch
    assert settings is not None, "asked by who knows"
    until = tx.stages.attend(attempt.id, PROD, attend_until(gather(tx, attempt, PROD), tx.now))
    began = tx.stages.begin_watch(attempt.id, PROD)
    checks = [check.name for check in settings.checks]
    payload = {"minutes": settings.minutes, "every_seconds": settings.every_seconds, "checks": checks}
    more = {"attend_until": until.isoformat()}
    tx.log("watch_began", actor, attempt=attempt, environment=stage.environment, payload={**payload, **more})
    tx.tell(messages.watches.began(attempt, stage.environment, settings.minutes, checks, until))
    return replace(stage, watch_began_at=began, attend_until=until)


def _end(tx: Transaction, attempt: Attempt, stage: Stage, judged: WatchVerdict, actor: Actor) -> _Found:
    verdict, detail = judged.verdict, str(judged)
    if verdict is None:
        verdict, detail = Verdict.UNKNOWN, f"it was broken off, for the time that people attend is over. {detail}"
    tx.stages.set_watched(attempt.id, PROD, verdict)
    checks = [{"name": one.name, "verdict": one.verdict, "detail": one.detail} for one in judged.checks]
    payload = {"verdict": verdict, "detail": detail, "checks": checks}
    tx.log("watch_finished", actor, attempt=attempt, environment=stage.environment, payload=payload)
    tx.tell(messages.watches.ended(attempt, stage.environment, verdict, detail))
    tx.wake()
    return _Found(verdict=verdict, detail=f"{verdict}: {detail}")


def _why_over(tx: Transaction, attempt: Attempt, stage: Stage) -> WatchIsOverError | None:
    """What else has decided about the stage meanwhile."""
    if stage.outcome is not None:
        return WatchIsOverError(f"{stage.environment} has ended: {stage.outcome}. {stage.detail}", stage.outcome)
    if attempt.stop_requested_by is not None:
        stopped = f"stopped by {attempt.stop_requested_by}: {attempt.stop_reason}"
        return WatchIsOverError(stopped, StageOutcome.WITHDRAWN)
    if "fail" in (stage.confirmed, stage.judged):
        return WatchIsOverError("a person looked at live and said that it does not work", StageOutcome.REJECTED)
    activities = tx.activities.of_stage(attempt.id, PROD)
    if stage.smoke != "pass" or _is_undone(activities):
        return WatchIsOverError(f"{stage.environment} is not what was to be watched", StageOutcome.REJECTED)
    return None


def _is_undone(activities: Sequence[Activity]) -> bool:
    return any(activity.kind is ActivityKind.UNDO for activity in activities)


def _time_is_up(stage: Stage, now: datetime) -> bool:
    return stage.attend_until is not None and now >= stage.attend_until


def _due(course: Course, seen: Mapping[str, Sequence[Sample]], now: datetime) -> list[Look]:
    """What to look at: each check whose newest instant was not looked at, from the first that it saw nothing at."""
    instants = course.looks_until(now)
    due = []
    for check in course.settings.checks:
        samples = {one.at: one for one in seen.get(check.name, ())}
        if instants and instants[-1] not in samples:
            missing = [number for number, at in enumerate(instants) if at not in samples or samples[at].problem]
            before = _wanted_before(check, course, samples.values())
            due.append(Look(check=check, instants=instants[missing[0] :], before=before))
    return due


def _wanted_before(check: WatchCheck, course: Course, samples: Iterable[Sample]) -> tuple[datetime, ...]:
    """The minutes of the hour before the deploy, where they matter and are not known yet."""
    if check.limits.hour_before is None or any(one.at < course.deployed_at for one in samples):
        return ()
    first = course.deployed_at - _BEFORE
    return tuple(first + number * _BEFORE_STEP for number in range(_BEFORE // _BEFORE_STEP))
