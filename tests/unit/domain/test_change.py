"""What is approved of a change that is made outside: exactly what is written."""

from dataclasses import replace
from datetime import date

import pytest

from slipway.domain.change import ChangeSort, OutsideChange, gaps
from tests.outside import BUILD, a_build, a_change

TODAY = date(2026, 11, 19)


@pytest.mark.parametrize("field", ["what", "where", "tested", "by_hand_because"])
def test_another_word_is_another_digest(field: str) -> None:
    assert replace(a_change(), **{field: "something else"}).digest != a_change().digest


def test_a_build_is_approved_by_its_own_digest_and_version() -> None:
    assert (a_build().digest, a_build().version) == (BUILD, "7")


def test_what_is_made_by_hand_is_called_by_its_sort_and_digest() -> None:
    change = a_change(ChangeSort.DATA)
    assert change.version == f"data-{change.digest.removeprefix('sha256:')[:8]}"


@pytest.mark.parametrize(
    "change", [a_change(), a_build(), a_change(tested="", untested_because="the vendor has no trial")]
)
def test_a_whole_description_has_no_gaps(change: OutsideChange) -> None:
    assert list(gaps(change, TODAY)) == []


def test_every_gap_is_told_at_once() -> None:
    empty = OutsideChange(sort=ChangeSort.CONTENT, what="", where="")
    assert len(list(gaps(empty, TODAY))) == 5


def test_the_last_agreed_day_counts_and_the_next_does_not() -> None:
    assert not list(gaps(a_change(by_hand_until=TODAY), TODAY))
    assert list(gaps(a_change(by_hand_until=date(2026, 11, 18)), TODAY))


@pytest.mark.parametrize(
    ("change", "exception"),
    [(a_build(), False), (a_build(tested="", untested_because="x"), True), (a_change(), True)],
)
def test_by_hand_or_untested_is_an_exception(change: OutsideChange, exception: bool) -> None:
    assert change.is_exception is exception
