"""Rollbacks as values."""

from datetime import timedelta

import pytest

from slipway.domain.rollback import Basis, in_words
from tests.facts import a_rollback


@pytest.mark.parametrize(
    ("seconds", "told"), [(-3, "0 s"), (41.6, "42 s"), (119, "119 s"), (150, "2 min"), (7200, "2 h 0 min")]
)
def test_times_are_said_shortly(seconds: float, told: str) -> None:
    assert in_words(timedelta(seconds=seconds)) == told


def test_only_a_rescue_from_another_artefact_condemns() -> None:
    assert a_rollback().condemns
    assert not a_rollback(basis=Basis.RETURN).condemns
    assert not a_rollback(from_digest=a_rollback().digest).condemns
    assert not a_rollback(from_digest=None).condemns


def test_two_people_are_needed_elsewhere_only() -> None:
    assert [basis for basis in Basis if basis.needs_second] == [Basis.TWO_PEOPLE, Basis.INCIDENT]


def test_it_says_from_what_to_what() -> None:
    assert str(a_rollback()) == "prod from 1.1 to 1.0"
