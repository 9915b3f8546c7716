"""What a watch comes to: nothing seen, or too little, is never a pass."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from itertools import product
from typing import Any

import pytest

from slipway.domain.verdict import Verdict
from slipway.domain.watch import HourBefore, Limits, Sample, SourceKind, WatchCheck
from slipway.domain.watch_verdict import CheckVerdict, judge, judge_check
from tests.watching import (
    BEGAN,
    DEPLOYED,
    a_check,
    a_course,
    an_alert,
    an_alert_check,
    samples,
    the_hour_before,
)

END = BEGAN + timedelta(minutes=5)
LOOKS = 21
PASS, FAIL, UNKNOWN = Verdict


def judged(check: WatchCheck, seen: Sequence[Sample], now: Any = END) -> CheckVerdict:
    return judge_check(check, a_course(check), seen, now)


def test_good_all_the_time_is_a_pass_and_not_before_the_time_is_over() -> None:
    seen = samples(*[0.5] * LOOKS)
    assert judged(a_check(), seen).verdict is PASS
    assert judged(a_check(), seen[:-1], END - timedelta(seconds=1)).verdict is None


@pytest.mark.parametrize(
    ("seen", "verdict"),
    [
        ([0.5, 2.0, 2.0], FAIL),
        ([0.5, 2.0, None, 2.0], FAIL),
        ([0.5, 2.0, 0.5, 2.0, 0.5], None),
        ([2.0, 2.0, 0.5, 0.5], FAIL),
    ],
    ids=["two in a row", "blind between them", "never two in a row", "good again later"],
)
def test_so_many_bad_looks_in_a_row_are_a_fail_at_once_and_for_good(
    seen: list[float | None], verdict: Verdict | None
) -> None:
    assert judged(a_check(), samples(*seen), BEGAN + timedelta(minutes=1)).verdict is verdict


@pytest.mark.parametrize(
    ("seen", "why"),
    [
        ([], "only 0 of 21 looks saw anything (nobody looked)"),
        ([None] * LOOKS, "only 0 of 21 looks saw anything (there is no data)"),
        ([0.5] * 16 + [None] * 5, "only 16 of 21 looks saw anything"),
        ([0.5] * 9 + [None] * 4 + [0.5] * 8, "only 17 of 21"),
        ([0.5] * 20 + [2.0], "at the end: too late to know"),
    ],
    ids=["nobody looked", "no data", "too few", "a gap", "bad at the end"],
)
def test_what_is_not_clear_is_unknown(seen: list[float | None], why: str) -> None:
    found = judged(a_check(), samples(*seen))
    if why == "only 17 of 21":  # 17 of 21 are enough, were they not all on one side of a gap
        why = "nothing was seen for 75 seconds"
    assert (found.verdict, why in found.detail) == (UNKNOWN, True), found.detail


def test_looks_that_never_happened_are_a_gap_as_well() -> None:
    seen = samples(*[0.5] * LOOKS)
    assert judged(a_check(), seen[:9] + seen[13:]).verdict is UNKNOWN


@pytest.mark.parametrize(
    ("limits", "value", "good"),
    [
        (Limits(at_most=1), 1.0, True),
        (Limits(at_most=1), 1.1, False),
        (Limits(at_least=1), 0.9, False),
        (Limits(at_least=1, at_most=2), 1.5, True),
        (Limits(at_most=1), "1", None),
        (Limits(at_most=1), True, None),
        (Limits(equals="ok"), "ok", True),
        (Limits(equals="ok"), "slow", False),
        (Limits(equals=True), 1.0, False),
        (Limits(equals=1.0), True, False),
        (Limits(equals=2.0), 2.0, True),
    ],
)
def test_limits(limits: Limits, value: Any, good: bool | None) -> None:
    check = a_check(source=SourceKind.HTTP_JSON, limits=limits)
    assert judged(check, samples(*[value] * LOOKS)).verdict is {True: PASS, False: FAIL, None: UNKNOWN}[good]


@pytest.mark.parametrize(
    ("before", "value", "verdict"),
    [
        ([1.0] * 60, 1.9, PASS),
        ([1.0] * 60, 2.1, FAIL),
        ([1.0] * 60, 0.4, FAIL),
        ([1.0] * 29, 1.0, UNKNOWN),
        ([0.0] * 60, 0.05, UNKNOWN),
        ([0.0] * 60, 0.2, FAIL),
        ([], 1.0, UNKNOWN),
    ],
)
def test_compared_with_the_hour_before(before: list[float], value: float, verdict: Verdict) -> None:
    hour = HourBefore(at_most_times=2.0, at_least_times=0.5, ignore_below=0.1)
    seen = [*the_hour_before(before), *samples(*[value] * LOOKS)]
    assert judged(a_check(limits=Limits(hour_before=hour)), seen).verdict is verdict


def test_more_of_what_was_nothing_does_not_matter_below_what_is_to_be_ignored() -> None:
    hour = HourBefore(at_most_times=2.0, ignore_below=0.1)
    seen = [*the_hour_before([0.0] * 60), *samples(*[0.1] * LOOKS)]
    assert judged(a_check(limits=Limits(hour_before=hour)), seen).verdict is PASS


def test_what_was_seen_before_the_watch_began_is_no_look_of_it() -> None:
    bad = [replace(one, value=9.0) for one in the_hour_before([1.0] * 60)]
    assert judged(a_check(), [*bad, *samples(*[0.5] * LOOKS)]).verdict is PASS


def firing(*minutes: float) -> list[Sample]:
    alerts = tuple(an_alert(f"Alert{at:g}", at) for at in minutes)
    return [replace(one, value=None, alerts=alerts, problem="") for one in samples(*[0.0] * LOOKS)]


def fired_before(*names: str, problem: str = "") -> Sample:
    """The look at what fires before anything is touched."""
    alerts = tuple(an_alert(name, -5) for name in names)
    return Sample(at=DEPLOYED - timedelta(seconds=5), alerts=alerts, problem=problem)


@pytest.mark.parametrize(
    ("seen", "verdict"),
    [(firing(), PASS), (firing(-5), PASS), (firing(1), FAIL), (firing(-5, 1), FAIL)],
    ids=["nothing fires", "it fired before", "it began since", "both"],
)
def test_an_alert_counts_if_it_began_after_the_deploy(seen: list[Sample], verdict: Verdict) -> None:
    assert judged(an_alert_check(), [fired_before(), *seen]).verdict is verdict


def coming_again() -> list[Sample]:
    """No look of the watch sees it before it comes anew, in its middle, for good."""
    clear, again = firing(), an_alert("Flaps", 3)
    return [*clear[:10], *(replace(one, alerts=(again,)) for one in clear[10:])]


def test_an_alert_that_fired_before_and_comes_again_is_no_new_one() -> None:
    assert judged(an_alert_check(), [fired_before("Flaps"), *coming_again()]).verdict is PASS
    old = replace(firing()[0], alerts=(an_alert("Flaps", -5),))
    assert judged(an_alert_check(), [fired_before(), old, *coming_again()[1:]]).verdict is PASS
    assert judged(an_alert_check(), [fired_before("Slow"), *coming_again()]).verdict is FAIL


@pytest.mark.parametrize(
    ("before", "why"),
    [([], "nobody looked then"), ([fired_before(problem="it did not answer")], "it did not answer")],
    ids=["nobody looked", "no answer"],
)
@pytest.mark.parametrize("looks", [LOOKS, 12], ids=["to the end", "for a while"])
def test_where_nobody_knows_what_fired_before_a_new_alert_is_for_a_person_to_judge(
    before: list[Sample], why: str, looks: int
) -> None:
    seen = [*before, *coming_again()[:looks], *firing()[looks:]]
    found = judged(an_alert_check(), seen)
    assert found.verdict is UNKNOWN
    assert f"Flaps fires, and nobody knows whether it did before the deploy ({why})" in found.detail
    so_far = judged(an_alert_check(), seen, END - timedelta(seconds=1))
    assert (so_far.verdict, "nobody knows" in so_far.detail) == (None, True)


def test_one_that_fires_since_before_the_deploy_needs_no_earlier_look() -> None:
    assert judged(an_alert_check(), firing(-5)).verdict is PASS


def test_a_second_look_before_the_deploy_makes_a_first_one_good() -> None:
    blind = replace(fired_before(problem="it did not answer"), at=DEPLOYED - timedelta(minutes=1))
    assert judged(an_alert_check(), [blind, fired_before(), *firing(1)]).verdict is FAIL


@pytest.mark.parametrize(("one", "other"), list(product(Verdict, Verdict)))
def test_the_worst_check_decides(one: Verdict, other: Verdict) -> None:
    values = {PASS: [0.5] * LOOKS, FAIL: [9.0] * LOOKS, UNKNOWN: [None] * LOOKS}
    checks = (a_check("one"), a_check("other"))
    seen = {"one": samples(*values[one]), "other": samples(*values[other])}
    expected = FAIL if FAIL in (one, other) else UNKNOWN if UNKNOWN in (one, other) else PASS
    assert judge(a_course(*checks), seen, END).verdict is expected


def test_one_that_fails_waits_for_nobody() -> None:
    checks = (a_check("one"), a_check("other"))
    found = judge(a_course(*checks), {"one": samples(9.0, 9.0)}, BEGAN + timedelta(seconds=20))
    assert found.verdict is FAIL
