"""Whatever happens in whatever order, the lane is held by one at most, nobody is lost, and the order is kept (R12).

Thousands of drawn histories of releases that share the live lane: arrivals, votes and rejections, questions and
grants that expire, votes of people who left, holds with and without an end, stops, replaced requests, tasks that die
before and after their work, targets that fail, smoke that fails, an undo that dies, runs that vanish, renewals,
retries, emergencies, closing windows, and a clock that jumps ahead and back. At the end everything that was in the way
goes, and every attempt must end. Each history is played on the use cases and on `model.py`, which says what must come;
the first difference in an answer, in the holder or in the queue fails, and tells the whole history.

The use cases work on the release database in memory (`tests/fakes/release_store.py`): ten thousand would take hours on
PostgreSQL. The first of the same histories are played on PostgreSQL too, with the same model: both must say the same.

`test_planted_faults.py` plants faults that only show where releases meet, and must see each of them found. Each of
these, planted by hand and taken out again, made this fail too, within two hundred histories of the weights of then:

- settling a dead process lets go of the lane
- an emergency takes the lane over open work
- a grant that expired in the queue does not renew the attempt: its waiter is lost
- after the clock is put back, a grant given later than now does not count
- the window counts for the turn and not for the permit
- what was undone keeps the lane
- one that is held keeps all behind it waiting
- a hold on an environment does not bind the turn
- a newer request replaces one whose work has begun
- a hold counts for the turn and not for the permit
- an emergency queues like everybody
- the vote of somebody who left counts
- a further attempt loses its place
- an emergency takes no lane over
- whoever asks first takes the free lane
- a stage that waits is not woken when its grant expires
- the teardown leaves open what a dead process began
- a renewal starts although a person asked for something newer

Not played: what the release after an emergency must contain, quarantines, broken leases, needs between releases, a
service with Dev or a database, two processes at the very same moment (`use_cases/test_together.py` does that).
"""

import gc
import tempfile
import uuid
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from datetime import datetime
from multiprocessing import get_context
from pathlib import Path

import pytest

from slipway.adapters.database.engine import make_engine
from slipway.adapters.database.transaction import DatabaseStore
from slipway.platform.postgres import EmbeddedPostgres
from tests import clock as clocks
from tests.builders import people
from tests.clock import Clock
from tests.empty_database import begin_anew
from tests.fakes.upstreams import FakeUpstreams
from tests.integration.interleavings.compare import in_memory, play
from tests.integration.interleavings.play import DEFINITIONS, RULES, Player
from tests.scene import Scene

IN_MEMORY = 10_000
ON_POSTGRESQL = 60
AT_ONCE = 2
"""Processes: as many as the smallest machine has cores."""

Counts = tuple[int, int]
"""Histories and steps that came out as the model says."""


def play_in_memory(first: int, behind: int) -> Counts:
    """These seeds."""
    gc.freeze()
    gc.set_threshold(100_000)
    with tempfile.TemporaryDirectory() as folder:
        make, look = in_memory(Path(folder))
        steps = [play(seed, make, look) for seed in range(first, behind)]
    return len(steps), sum(steps)


def play_on_postgresql(url: str, first: int, behind: int) -> Counts:
    """These seeds; what must never be is refused by the database's own guards."""
    engine = make_engine(url)
    clock = Clock(engine)
    with tempfile.TemporaryDirectory() as folder:

        def make(now: datetime) -> Player:
            begin_anew(engine)
            clock.set(now)
            scene = Scene(DatabaseStore(engine), Path(folder), DEFINITIONS, RULES, people(), FakeUpstreams())
            return Player(scene, now, clock.set)

        steps = [play(seed, make, lambda: None) for seed in range(first, behind)]
    engine.dispose()
    return len(steps), sum(steps)


@pytest.fixture
def urls(postgres: EmbeddedPostgres, clock_template: str) -> Iterator[list[str]]:
    """A database for each process, whose clock can be set."""
    names = [f"histories_{uuid.uuid4().hex}" for _ in range(AT_ONCE)]
    for name in names:
        clocks.copy_of(postgres, clock_template, name).dispose()
    yield [postgres.url(name) for name in names]
    for name in names:
        postgres.drop_database(name)


def added_up(play_some: Callable[..., Counts], *arguments: Iterator[object]) -> Counts:
    """Plays in processes of their own."""
    with ProcessPoolExecutor(AT_ONCE, mp_context=get_context("spawn")) as processes:
        histories, steps = zip(*processes.map(play_some, *arguments), strict=True)
    return sum(histories), sum(steps)


def test_ten_thousand_histories_come_out_as_the_rules_say(capsys: pytest.CaptureFixture[str]) -> None:
    firsts = range(0, IN_MEMORY, 250)
    histories, steps = added_up(play_in_memory, iter(firsts), (first + 250 for first in firsts))
    with capsys.disabled():
        print(f"\n{histories} histories of the live lane, {steps} steps, each as the model says")  # noqa: T201
    assert histories >= 10_000
    assert steps > 50 * histories


def test_the_first_of_them_come_out_the_same_on_postgresql(urls: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    share = ON_POSTGRESQL // AT_ONCE
    firsts = range(0, ON_POSTGRESQL, share)
    histories, steps = added_up(play_on_postgresql, iter(urls), iter(firsts), (first + share for first in firsts))
    with capsys.disabled():
        print(f"\n{histories} of them on PostgreSQL, {steps} steps, each the same")  # noqa: T201
    assert histories == ON_POSTGRESQL
    assert steps > 20 * histories
