"""The page of walks has every hard moment, names tests that there are, and says where they play it."""

import re

import pytest

from slipway.docs.pages import PROJECT
from slipway.docs.walks import WALKS, Walk
from slipway.docs.walks_page import played

each = pytest.mark.parametrize("walk", WALKS, ids=lambda walk: walk.moment)
WANTED = (
    *("Thursday at 16:50", "Proven on Friday, signed off on Monday", "Grants expire in the queue", "Friday at 15:55"),
    *("nightly run", "hold placed between Preprod and Prod", "voter leaves before the permit", "All voters leave"),
    *("another service is watched", "the same service is watched", "the same service is at sign-off"),
    *("Preprod is down in an emergency", "brought back while another deploys", "fix comes in the same release"),
    *("SIGKILL of migrate, of deploy, after the permit", "at 02:00", "first release ever fails in Prod"),
    *("third party acts the next day", "Slack is down", "Ten releases ready on Monday at 09:30:00"),
    *("colleague retries", "while people are asked, or in the queue", "while it migrates, deploys or is in smoke"),
    *("Booked support", "on behalf of a team", "needs another to be live first"),
    *("while live is watched", "watch of live cannot tell", "watch of live fails"),
    *("rollback by hand, while another release deploys", "rollback fails, and is tried again"),
    "nobody asked to confirm",
)
"""The moments that a release platform was asked to come out of right."""


def test_every_moment_that_was_asked_for_has_its_row() -> None:
    told = [walk.moment for walk in WALKS]
    assert [wanted for wanted in WANTED if sum(wanted in moment for moment in told) != 1] == []
    assert len(told) == len(WANTED)


@each
def test_something_walks_through_it_or_it_is_not_built(walk: Walk) -> None:
    assert walk.tests or walk.not_yet
    assert walk.ends_so
    for test in walk.tests:
        file, _, name = test.partition("::")
        text = (PROJECT / "tests" / file).read_text(encoding="utf-8")
        assert re.search(rf"^def {name}\(", text, re.MULTILINE), test


@each
def test_it_is_played_on_more_than_the_rules_alone(walk: Walk) -> None:
    assert set(played(walk)) & {"Airflow", "PostgreSQL"} or not walk.tests
