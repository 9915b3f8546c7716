"""Who waits is told when to expect its start, or why nobody knows it."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest

from slipway.domain.expected_start import Expected, InLine, expected_starts, lane_free, nine_in_ten

NOON = datetime(2026, 11, 19, 12, 0, tzinfo=UTC)
MINUTES = timedelta(minutes=1)
NINE_NEXT_DAY = NOON + timedelta(hours=21)


def at(minutes: int) -> Expected:
    return Expected(at=NOON + minutes * MINUTES)


def always(instant: datetime) -> datetime:
    return instant


def until_one(instant: datetime) -> datetime:
    return instant if instant < NOON + 60 * MINUTES else NINE_NEXT_DAY


def one(
    attempt: str,
    *,
    lasts: int | None = 10,
    ready: Expected | None = None,
    expires: int | None = None,
    fits: Callable[[datetime], datetime | None] = always,
    act: bool = False,
) -> InLine:
    return InLine(
        attempt_id=attempt,
        where=f"{attempt} in prod",
        ready=ready or at(0),
        first_fit=fits,
        lasts=None if lasts is None else lasts * MINUTES,
        expires_at=None if expires is None else NOON + expires * MINUTES,
        waits_for_an_act=act,
    )


def starts(free: Expected, *line: InLine) -> list[object]:
    """Minutes after noon, or the reason."""
    found = expected_starts(free, line)
    return [round((each.at - NOON) / MINUTES) if each.at else each.because for each in found]


def test_each_starts_when_those_before_it_have_had_their_time() -> None:
    assert starts(at(5), one("a", lasts=10), one("b", lasts=20), one("c")) == [5, 15, 35]


def test_who_is_held_lets_the_next_go_before_and_follows_it() -> None:
    assert starts(at(0), one("held", ready=at(7)), one("b", lasts=10)) == [10, 0]


def test_what_nobody_knows_of_one_delays_no_other() -> None:
    held = one("held", ready=Expected(because="hold: an audit"))
    assert starts(at(0), held, one("b")) == ["hold: an audit", 0]


def test_who_comes_after_one_that_was_never_timed_is_told_so() -> None:
    assert starts(at(0), one("new", lasts=None), one("b")) == [
        0,
        "new goes before it, and no stage of new in prod was timed yet",
    ]


def test_what_does_not_fit_today_any_more_starts_when_the_window_opens_again() -> None:
    assert starts(at(55), one("a", fits=until_one), one("b", fits=until_one)) == [55, 21 * 60]


def test_a_window_that_never_opens_long_enough_is_said() -> None:
    assert starts(at(0), one("long", fits=lambda _: None), one("b")) == [
        "no release window of the coming year is long enough for it",
        0,
    ]


def test_whose_approvals_end_before_its_turn_is_asked_again_and_keeps_nobody_waiting() -> None:
    first, old, last = starts(at(0), one("a", lasts=30), one("old", expires=20), one("c"))
    assert (first, last) == (0, 30)
    assert str(old).startswith("its approvals or proofs end at 2026-11-19 12:20 UTC, before its turn comes")


def test_an_unknown_end_of_the_holder_is_everybodys_reason() -> None:
    assert starts(Expected(because="nobody knows"), one("a"), one("b")) == ["nobody knows"] * 2


@pytest.mark.parametrize(
    ("lasts", "since", "said"),
    [
        (30, -10, at(20)),
        (5, -10, Expected(because="h has held the lane longer than nine in ten of h in prod did")),
        (None, -10, Expected(because="h holds the lane, and no stage of h in prod was timed before")),
    ],
)
def test_the_lane_is_expected_back_when_nine_in_ten_were_through(lasts: int | None, since: int, said: Expected) -> None:
    assert lane_free(NOON, one("h", lasts=lasts), NOON + since * MINUTES) == said


def test_a_deadline_to_act_is_told_as_the_latest_and_so_is_every_start_after_it() -> None:
    free = lane_free(NOON, one("act", lasts=30, act=True), NOON)
    found = expected_starts(free, [one("a"), one("ready later", ready=at(120))])
    assert (free.at_the_latest, found[0].at_the_latest, found[0].at) == (True, True, at(30).at)
    assert (found[1].at_the_latest, found[1].at) == (False, at(120).at)


def test_who_comes_after_an_act_starts_at_its_deadline_at_the_latest() -> None:
    before, after = expected_starts(at(0), [one("act", lasts=30, act=True), one("b")])
    assert (before.at_the_latest, after.at_the_latest, after.at) == (False, True, at(30).at)


def test_an_act_past_its_deadline_is_no_guess_any_more() -> None:
    free = lane_free(NOON, one("act", lasts=5, act=True), NOON - 10 * MINUTES)
    assert free.because == "act was to be acted on and checked by 2026-11-19 11:55 UTC"


def test_approvals_that_end_before_the_deadline_of_an_act_may_do_so_in_vain() -> None:
    _, old = expected_starts(at(0), [one("act", lasts=30, act=True), one("old", expires=20)])
    assert old.because.endswith("and its turn may come as late as 2026-11-19 12:30 UTC")


def test_nine_in_ten_is_not_moved_by_the_slowest_of_ten() -> None:
    assert nine_in_ten([60.0] * 9 + [9000.0]) == timedelta(minutes=1)
    assert nine_in_ten([60.0, 9000.0]) == timedelta(minutes=150)
    assert nine_in_ten([]) is None
