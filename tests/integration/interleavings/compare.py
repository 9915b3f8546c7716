"""Plays one history on the model and on the use cases, step by step; stops at the first difference."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from slipway.domain.activity import ActivityKind, ActivityState, TurnState
from tests.builders import people
from tests.fakes.release_store import MemoryStore
from tests.fakes.upstreams import FakeUpstreams
from tests.integration.interleavings.history import Command, History, what_its_run_does_next
from tests.integration.interleavings.model import Model
from tests.integration.interleavings.play import DEFINITIONS, RULES, Player
from tests.scene import Scene

BEGINS = datetime(2026, 11, 19, 11, 0, tzinfo=UTC)
"""A Thursday."""
ROUNDS = 40


class DifferentError(AssertionError):
    """What the use cases did is not what the model says."""


def play(seed: int, make: Callable[[datetime], Player], look: Callable[[], None]) -> int:
    """The number of steps. Raises DifferentError with the whole history."""
    model = Model(BEGINS)
    player = make(BEGINS)
    done: list[str] = []
    for command in _all_of(seed, model):
        wanted = getattr(model, command.name)(*command.arguments)
        done.append(f"{command} -> {wanted}")
        try:
            got = getattr(player, command.name)(*command.arguments)
            look()
        except Exception as error:
            raise DifferentError(_told(seed, done, repr(error))) from error
        if got != wanted:
            raise DifferentError(_told(seed, done, got))
        if player.picture() != model.picture():
            raise DifferentError(_told(seed, done, f"{got}, but holder and queue are {player.picture()}"))
    if model.open or model.leases or model.picture() != ([], []):
        raise DifferentError(_told(seed, done, f"nobody ends these: {[attempt.id for attempt in model.open]}"))
    return len(done)


def in_memory(folder: Path) -> tuple[Callable[[datetime], Player], Callable[[], None]]:
    """A player on the release database in memory, and a look at what must never be."""
    stores: list[MemoryStore] = []

    def make(now: datetime) -> Player:
        store: Any = MemoryStore(now)
        stores[:] = [store]

        scene = Scene(store, folder, DEFINITIONS, RULES, people(), FakeUpstreams())
        return Player(scene, now, store.set_clock)

    return make, lambda: _never(stores[0])


def _all_of(seed: int, model: Model) -> Iterator[Command]:
    yield from History(seed, model).commands()
    yield from _all_comes_to_an_end(model)


def _all_comes_to_an_end(model: Model) -> Iterator[Command]:
    """Nobody is in the way any more and every run goes on: then every attempt ends. Nobody waits for ever."""
    yield Command("people", ((),))
    for turn in range(ROUNDS):
        yield from (Command("lift", (n,)) for n, hold in enumerate(model.holds, 1) if not hold.lifted)
        yield Command("move_clock", (_till_ten(model.now) if turn % 4 == 0 else 1,))
        if turn == ROUNDS // 2:  # a stage of which nine in ten took half a day fits no window: somebody stops it
            yield from (Command("stop", (attempt.id,)) for attempt in list(model.open) if not attempt.stopped)
        for attempt in list(model.open):
            if attempt.outcome is None:
                yield what_its_run_does_next(attempt)
        if not model.open:
            return


def _till_ten(now: datetime) -> int:
    """Minutes till it is ten o'clock on a weekday."""
    ten = now.replace(hour=10, minute=0, second=0, microsecond=0)
    while ten <= now or ten.weekday() >= 5:
        ten += timedelta(days=1)
    return round((ten - now).total_seconds() / 60)


def _never(store: MemoryStore) -> None:
    """Two in the lane; work without lease, or without the lane where it is no rescue; a number that was given twice."""
    tables = store.tables
    holding = [turn for turn in tables.turns.values() if turn.state is TurnState.HOLDING]
    assert len(holding) <= 1, f"two hold the lane: {holding}"
    for one in tables.activities.values():
        if one.state is ActivityState.OPEN:
            mine = [(turn.attempt_id, turn.role) for turn in holding] == [(one.attempt_id, one.role)]
            assert mine or one.kind is ActivityKind.UNDO, f"{one} without the lane, and no rescue"
            assert any(lease.fencing == one.fencing for lease in tables.leases.values()), f"{one} without a lease"
    numbers = [turn.fencing for turn in tables.turns.values() if turn.fencing is not None]
    assert len(set(numbers)) == len(numbers), f"a fencing number came twice: {numbers}"


def _told(seed: int, done: list[str], got: str) -> str:
    return "\n".join((f"history {seed}, the model's answers:", *done, f"the use case: {got}"))
