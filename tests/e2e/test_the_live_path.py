"""Looks back on every story of the session."""

import pytest

from tests.e2e.live_path import meetings, rescues_beside, stays_in_the_log, stays_in_the_targets
from tests.e2e.performance import Performance
from tests.e2e.story import Scene

pytestmark = pytest.mark.e2e


def test_there_were_never_two_on_the_live_path_by_the_log(scene: Scene, performance: Performance) -> None:
    performance.finish()
    assert meetings(stays_in_the_log(scene.log())) == []


def test_there_were_never_two_on_the_live_path_by_the_targets(scene: Scene, performance: Performance) -> None:
    performance.finish()
    met = meetings(stays_in_the_targets(scene.recorder))
    assert {frozenset(stay.who for stay in pair) for pair in met} <= rescues_beside(scene.log(kind="rescue_overlap"))
