"""What a watch comes to, from all that was seen: pass, fail or unknown, and no verdict before its time. Pure (R17)."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise

from slipway.domain.activity import Activity
from slipway.domain.release import Stage
from slipway.domain.verdict import Verdict, suite_verdict
from slipway.domain.watch import Course, Sample, SourceKind, WatchCheck

InWords = Callable[[str], str]
ENOUGH = 0.8
"""The part of all looks that must have seen something."""
LONGEST_GAP = 3
"""More looks than this without anything seen, one after the other, are a gap in which anything may have happened."""
ENOUGH_BEFORE = 30
"""Minutes of the hour before that must be known, to be compared with."""


@dataclass(frozen=True, kw_only=True)
class CheckVerdict:
    """Of one check. `verdict` None: it is watched on."""

    name: str
    verdict: Verdict | None
    detail: str

    def told(self, *, is_over: bool = False, said: InWords = str, strong: InWords = str) -> str:
        """For people, wherever they read it; `said` makes words inert, `strong` makes the verdict stand out."""
        verdict = self.verdict or ("broken off" if is_over else "so far")
        return f"{said(self.name)}: {strong(verdict)}, {said(self.detail)}"


@dataclass(frozen=True, kw_only=True)
class WatchVerdict:
    """Of all checks. `verdict` None: it is watched on."""

    verdict: Verdict | None
    checks: tuple[CheckVerdict, ...]

    def __str__(self) -> str:
        return "; ".join(one.told() for one in self.checks)


@dataclass(frozen=True, kw_only=True)
class Mark:
    """What one look means. `good` None: it saw nothing that could be judged."""

    at: datetime
    good: bool | None
    says: str
    is_doubtful: bool = False
    """It may be bad, and may be nothing new: no ground to undo anything, nor for a pass."""


def course_of(stage: Stage, activities: Sequence[Activity]) -> Course | None:
    """When the stage's watch began, and its first work; None: it has not begun."""
    settings, began = stage.definition.watch, stage.watch_began_at
    if settings is None or began is None or not activities:
        return None
    first = min(activity.opened_at for activity in activities)
    return Course(deployed_at=first, began_at=began, settings=settings)


def judge(course: Course, seen: Mapping[str, Sequence[Sample]], now: datetime) -> WatchVerdict:
    """A fail counts at once; pass and unknown only when the time is over."""
    checks = tuple(judge_check(check, course, seen.get(check.name, ()), now) for check in course.settings.checks)
    verdicts = [one.verdict for one in checks]
    if Verdict.FAIL in verdicts:
        return WatchVerdict(verdict=Verdict.FAIL, checks=checks)
    if None in verdicts:
        return WatchVerdict(verdict=None, checks=checks)
    return WatchVerdict(verdict=suite_verdict(str(verdict) for verdict in verdicts), checks=checks)


def judge_check(check: WatchCheck, course: Course, samples: Sequence[Sample], now: datetime) -> CheckVerdict:
    """What one check comes to."""
    marks = list(marked(check, course, samples))
    in_a_row, doubt = 0, ""
    for mark in marks:
        in_a_row = in_a_row if mark.good is None else 0 if mark.good else in_a_row + 1
        if in_a_row >= check.bad_looks:
            detail = f"{mark.says}, {_looks(in_a_row)} in a row, the last at {mark.at:%H:%M:%S} UTC"
            if not mark.is_doubtful:
                return CheckVerdict(name=check.name, verdict=Verdict.FAIL, detail=detail)
            doubt = detail
    if now < course.ends_at:
        return CheckVerdict(name=check.name, verdict=None, detail=doubt or _so_far(course, marks, now))
    unclear = doubt or _why_unknown(course, marks, in_a_row)
    verdict = Verdict.PASS if unclear is None else Verdict.UNKNOWN
    return CheckVerdict(name=check.name, verdict=verdict, detail=unclear or _so_far(course, marks, now))


def marked(check: WatchCheck, course: Course, samples: Sequence[Sample]) -> Iterator[Mark]:
    """Each look since the watch began, oldest first, as good, bad or blind."""
    before = [one for one in samples if one.at < course.deployed_at]
    known = {
        alert.fingerprint
        for one in samples
        for alert in one.alerts
        if one.at < course.deployed_at or alert.started_at < course.deployed_at
    }
    usual = _usual(check, before)
    blind = _why_blind(before)
    for one in sorted(samples, key=lambda sample: sample.at):
        if one.at < course.began_at:
            continue
        if one.problem:
            yield Mark(at=one.at, good=None, says=one.problem)
            continue
        new = sorted({alert.name for alert in one.alerts if alert.fingerprint not in known})
        if new:
            doubt = f", and nobody knows whether it did before the deploy ({blind})" if blind else ""
            yield Mark(at=one.at, good=False, says=f"{', '.join(new)} fires{doubt}", is_doubtful=bool(doubt))
        elif check.source is SourceKind.ALERTMANAGER:
            yield Mark(at=one.at, good=True, says="nothing fires that did not before")
        elif one.value is None:
            yield Mark(at=one.at, good=None, says="nothing was measured")
        else:
            good, says = _within(check, one.value, usual)
            yield Mark(at=one.at, good=good, says=says)


def _why_blind(before: Sequence[Sample]) -> str:
    """Why nobody knows what fired before the deploy; empty: it is known."""
    if any(not one.problem for one in before):
        return ""
    return before[-1].problem if before else "nobody looked then"


def _usual(check: WatchCheck, before: Sequence[Sample]) -> float | str:
    """The mean of the hour before, or why there is none to compare with."""
    if check.limits.hour_before is None:
        return ""
    values = [float(one.value) for one in before if not one.problem and isinstance(one.value, int | float)]
    if len(values) < ENOUGH_BEFORE:
        why = next((one.problem for one in reversed(before) if one.problem), "nothing was measured then")
        return f"only {len(values)} minutes of the hour before are known ({why})"
    return sum(value / len(values) for value in values)  # each part first: the sum of all may be beyond all measure


def _within(check: WatchCheck, value: str | float | bool, usual: float | str) -> tuple[bool | None, str]:
    """Whether a value is as it must be, and in words."""
    limits = check.limits
    if limits.equals is not None:
        same = value == limits.equals and isinstance(value, bool) == isinstance(limits.equals, bool)
        return same, f"it is {value!r}" + ("" if same else f" instead of {limits.equals!r}")
    if isinstance(value, bool | str):
        return None, f"it is {value!r}, which is no number"
    if limits.at_most is not None and value > limits.at_most:
        return False, f"it is {value:g}, and may be {limits.at_most:g} at most"
    if limits.at_least is not None and value < limits.at_least:
        return False, f"it is {value:g}, and must be {limits.at_least:g} at least"
    return (True, f"it is {value:g}") if limits.hour_before is None else _as_before(check, value, usual)


def _as_before(check: WatchCheck, value: float, usual: float | str) -> tuple[bool | None, str]:
    hour = check.limits.hour_before
    assert hour is not None, "asked by who knows that it is there"
    if isinstance(usual, str):
        return None, usual
    if hour.at_most_times is not None and value > max(usual * hour.at_most_times, hour.ignore_below):
        return False, f"it is {value:g}, more than {hour.at_most_times:g} times the {usual:g} of the hour before"
    if hour.at_least_times is not None:
        if usual < hour.ignore_below:
            return None, f"the hour before had only {usual:g}: too little to compare with"
        if value < usual * hour.at_least_times:
            return False, f"it is {value:g}, less than {hour.at_least_times:g} times the {usual:g} of the hour before"
    return True, f"it is {value:g}, and was {usual:g} in the hour before"


def _why_unknown(course: Course, marks: Sequence[Mark], in_a_row: int) -> str | None:
    """Why a watch that found nothing bad enough is no pass either; None: it is one."""
    seen = [mark for mark in marks if mark.good is not None]
    blind = next((mark.says for mark in reversed(marks) if mark.good is None), "nobody looked")
    if len(seen) < ENOUGH * course.looks:
        return f"only {len(seen)} of {_looks(course.looks)} saw anything ({blind})"
    instants = [course.began_at, *(mark.at for mark in seen), course.ends_at]
    longest = max(later - earlier for earlier, later in pairwise(instants))
    if longest > LONGEST_GAP * course.settings.every:
        return f"nothing was seen for {longest.total_seconds():g} seconds ({blind})"
    if in_a_row:
        return f"{seen[-1].says} at the end: too late to know whether it stays so"
    return None


def _so_far(course: Course, marks: Sequence[Mark], now: datetime) -> str:
    good, bad = (sum(mark.good is wanted for mark in marks) for wanted in (True, False))
    come = len(course.looks_until(now))
    latest = f"; {marks[-1].says}" if marks else ""
    return f"{good} good, {bad} bad and {come - good - bad} blind of {_looks(course.looks)}{latest}"


def _looks(count: int) -> str:
    return f"{count} look" if count == 1 else f"{count} looks"
