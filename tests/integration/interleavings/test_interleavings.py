"""Whatever happens in whatever order, the lane is held by one at most, nobody is lost, and the order is kept (R12).

Thousands of drawn histories of releases that share the live lane: arrivals, votes and rejections, questions and
grants that expire, approvals of people who left, holds with and without an end, stops, replaced requests, tasks that
die before and after their work, targets that fail, smoke that fails, an undo that dies, runs that vanish, renewals,
retries, emergencies, closing windows, and a clock that jumps ahead and back. Each is played on the use cases and on
`model.py`, which says what must come; the first difference in an answer, in the holder or in the queue fails.
"""

import os
import tempfile
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from datetime import datetime
from multiprocessing import get_context
from pathlib import Path

import pytest
from sqlalchemy import Engine, text

from slipway.adapters.database.transaction import DatabaseStore
from tests.builders import people
from tests.clock import Clock
from tests.integration.interleavings.compare import in_memory, play
from tests.integration.interleavings.play import DEFINITIONS, RULES, Player
from tests.scene import Scene

IN_MEMORY = 10_000
ON_THE_DATABASE = 200
BEGIN_COUNTING_ANEW = """
ALTER SEQUENCE release_number RESTART; ALTER SEQUENCE fencing_number RESTART; ALTER TABLE hold ALTER id RESTART
"""


def play_some(first: int, behind: int) -> tuple[int, int]:
    """Histories and steps that came out as the model says. Run in a process of its own."""
    with tempfile.TemporaryDirectory() as folder:
        make, look = in_memory(Path(folder))
        steps = [play(seed, make, look) for seed in range(first, behind)]
    return len(steps), sum(steps)


def test_ten_thousand_histories_come_out_as_the_rules_say(capsys: pytest.CaptureFixture[str]) -> None:
    size = 250
    with ProcessPoolExecutor(os.cpu_count(), mp_context=get_context("spawn")) as processes:
        firsts = range(0, IN_MEMORY, size)
        counts = list(processes.map(play_some, firsts, (first + size for first in firsts)))
    histories, steps = (sum(column) for column in zip(*counts, strict=True))
    with capsys.disabled():
        print(f"\n{histories} histories of the live lane, {steps} steps, each as the model says")
    assert histories >= 10_000
    assert steps > 20 * histories


def test_the_same_histories_come_out_the_same_on_the_database(
    clocked: Engine, clock: Clock, emptied: Callable[[Engine], None], tmp_path: Path
) -> None:
    def make(now: datetime) -> Player:
        emptied(clocked)
        with clocked.begin() as connection:
            connection.execute(text(BEGIN_COUNTING_ANEW))
        clock.set(now)
        scene = Scene(DatabaseStore(clocked), tmp_path, DEFINITIONS, RULES, people())
        return Player(scene, now, clock.set)

    def nothing_more() -> None:
        """The database's own guards look."""

    steps = sum(play(seed, make, nothing_more) for seed in range(ON_THE_DATABASE))
    assert steps > 20 * ON_THE_DATABASE
