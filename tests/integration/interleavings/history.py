"""Draws what happens next: mostly what a run would do, now and then what nobody wants. Everything from one seed."""

import random
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import accumulate

from tests.integration.interleavings.model import PROD, ROLES, VOTES, Attempt, Model, Stage

SERVICES = ("orders", "forms", "greeter")
VOTER = {"approve": "sam", "authorise": "sam", "sign_off": "sue", "confirm": "rob"}
LEAVERS = ((), ("sam",), ("sue",), ("sam", "sue"))
MINUTES = (1, 1, 5, 5, 30, 120, 420, 16 * 60, 3 * 24 * 60, -1, -30, -120, -16 * 60)
DRAWS_OF_A_HISTORY = 20
"""It was 24 when each draw was one command. A draw may now be several: a history has as many steps as before, 56 on
average, and reaches more (`test_planted_faults.py`)."""
AT_MOST_IN_A_ROW = 16
"""Tasks of one run, one after the other: enough for a stage in Preprod and one in Prod."""
WEIGHTS = {
    "go on": 48,
    "run on": 14,
    "let an undo die": 14,
    "overtake what is watched": 10,
    "let grants expire in the queue": 3,
    "ask": 12,
    "ask urgently": 10,
    "go wrong": 7,
    "ask for the turn": 6,
    "look": 4,
    "end the run": 2,
    "stop": 2,
    "hold": 3,
    "lift": 3,
    "clock": 6,
    "people": 2,
    "renew": 4,
    "retry": 2,
}


@dataclass(frozen=True)
class Command:
    """A method of the model and of the player, with what it is called with."""

    name: str
    arguments: tuple[object, ...] = ()

    def __str__(self) -> str:
        return f"{self.name}({', '.join(map(repr, self.arguments))})"


class History:
    """Looks at the model to know what is possible; never at what the use cases answered."""

    def __init__(self, seed: int, model: Model) -> None:
        self._chance = random.Random(seed)
        self._model = model
        self._in_a_row: dict[str, Callable[[], Iterator[Command]]] = {
            "run on": self._run_on,
            "let an undo die": self._undo_dies,
            "overtake what is watched": self._overtake,
            "let grants expire in the queue": self._grants_expire,
        }

    def commands(self) -> Iterator[Command]:
        """One at a time: the next is drawn when the model has done the one before."""
        yield Command("ask", (self._chance.choice(SERVICES), False))
        names, weights = list(WEIGHTS), list(accumulate(WEIGHTS.values()))
        for _ in range(DRAWS_OF_A_HISTORY):
            kind = self._chance.choices(names, cum_weights=weights)[0]
            if kind in self._in_a_row:
                yield from self._in_a_row[kind]()
            elif (command := self._of_kind(kind)) is not None:
                yield command

    # What takes several commands, each drawn when the model has done the one before ------------------------------

    def _run_on(self) -> Iterator[Command]:
        if self._model.open:
            yield from self._undisturbed(self._chance.choice(self._model.open))

    def _undisturbed(self, attempt: Attempt) -> Iterator[Command]:
        """A run goes on until it has ended, gets no further, or somebody is to confirm, for which people take time."""
        for _ in range(AT_MOST_IN_A_ROW):
            step = what_its_run_does_next(attempt)
            if attempt.outcome is not None or (step.name == "vote" and step.arguments[1] == "confirm"):
                return
            yield step
            if what_its_run_does_next(attempt) == step:
                return

    def _undo_dies(self) -> Iterator[Command]:
        """What replaced something fails, and its undo dies: a rescue that lasts. Others would like to start."""
        worked = [one for one in self._model.open if one.stage and one.stage.deploy and one.stage.before]
        if not worked:
            yield from self._run_on()
            return
        attempt = self._chance.choice(worked)
        match what_its_run_does_next(attempt).name:
            case "smoke":
                yield Command("smoke", (attempt.id, "fail"))
            case "vote":
                yield Command("vote", (attempt.id, "confirm", VOTER["confirm"], False))
        yield Command("finish", (attempt.id, "dies before"))
        nobody_starts = True
        for other in [one for one in self._model.open if one is not attempt]:
            step = what_its_run_does_next(other)
            if step.name in {"turn", "deploy"}:
                nobody_starts = False
                yield step
        if nobody_starts:
            yield Command("ask", (self._chance.choice(SERVICES), True))
            yield from self._undisturbed(self._model.releases[-1].attempts[-1])

    def _overtake(self) -> Iterator[Command]:
        """Something urgent, mostly of the service that is watched in Prod."""
        in_prod = [one for one in self._model.open if one.stage and one.stage.role == PROD]
        watched = [one for one in in_prod if one.stage and one.stage.smoke == "pass"]
        if not watched:
            yield from self._run_on()
            return
        service = self._chance.choice(watched).release.service
        if self._chance.random() < 0.3:
            service = self._chance.choice(SERVICES)
        yield Command("ask", (service, True))
        yield from self._undisturbed(self._model.releases[-1].attempts[-1])

    def _grants_expire(self) -> Iterator[Command]:
        """One waits, another queues behind it, and the first has to be authorised again."""
        if not self._model.queue:
            yield from self._run_on()
            return
        first = self._model.queue[0][0]
        yield Command("move_clock", (300,))
        yield Command("ask", (self._chance.choice([s for s in SERVICES if s != first.release.service]), False))
        yield from self._undisturbed(self._model.releases[-1].attempts[-1])
        yield Command("move_clock", (301,))
        yield from self._undisturbed(first)
        yield Command("renew")
        yield from self._undisturbed(first.release.attempts[-1])

    # What takes one ----------------------------------------------------------------------------------------------

    def _of_kind(self, kind: str) -> Command | None:
        model, chance = self._model, self._chance
        match kind:
            case "ask" | "ask urgently":
                return Command("ask", (chance.choice(SERVICES), kind == "ask urgently"))
            case "hold":
                scope = chance.choice(("all", "environment", "service", "service"))
                name = {"all": None, "environment": chance.choice(ROLES), "service": chance.choice(SERVICES)}[scope]
                return Command("hold", (scope, name, chance.random() < 0.3, chance.choice((None, 20, 300))))
            case "lift":
                endless = [n for n, one in enumerate(model.holds, 1) if not one.lifted and one.until is None]
                return self._one_of("lift", endless)
            case "clock":
                return Command("move_clock", (chance.choice(MINUTES),))
            case "people":
                return Command("people", (chance.choice(LEAVERS),))
            case "renew":
                return Command("renew")
            case "retry":
                return self._one_of("retry", [one.id for one in model.releases if one.state == "awaiting_retry"])
        attempt = chance.choice(model.open) if model.open else None
        return None if attempt is None else self._of_attempt(kind, attempt)

    def _one_of(self, name: str, known: Sequence[object]) -> Command | None:
        return Command(name, (self._chance.choice(known),)) if known else None

    def _of_attempt(self, kind: str, attempt: Attempt) -> Command | None:
        stage = attempt.stage
        match kind:
            case "end the run":
                return Command("close", (attempt.id,))
            case "stop":
                return Command("stop", (attempt.id,)) if not attempt.stopped else None
            case "go on":
                return what_its_run_does_next(attempt)
        if stage is None:
            return None
        match kind:
            case "ask for the turn":
                return Command("turn", (attempt.id,))
            case "look":
                return Command("look", (attempt.id,))
        return self._wrong(attempt, stage)

    def _wrong(self, attempt: Attempt, stage: Stage) -> Command:
        """Instead of the next step: a no, silence, a crash, a failure."""
        chance, step = self._chance, what_its_run_does_next(attempt)
        match step.name:
            case "vote":
                name, person = str(step.arguments[1]), chance.choice(("sam", "sue"))
                if name != "confirm" and chance.random() < 0.4:
                    return Command("expire", (attempt.id, name))
                return Command(
                    "vote", (attempt.id, name, "rob" if name == "confirm" else person, chance.random() < 0.4)
                )
            case "deploy" if stage.deploy is None:
                return Command("deploy", (attempt.id, chance.choice(("dies before", "dies after", "is unhealthy"))))
            case "smoke":
                return Command("smoke", (attempt.id, chance.choice(("fail", "unknown"))))
            case "finish":
                return Command("finish", (attempt.id, "dies before"))
        return Command("finish", (attempt.id, "lives"))


def what_its_run_does_next(attempt: Attempt) -> Command:
    """The next task of its DAG."""
    stage = attempt.stage
    if stage is None:
        return Command("close", (attempt.id,))
    if stage.ending or attempt.stopped or stage.undos or stage.deploy == "failed":
        return Command("finish", (attempt.id, "lives"))
    for step in VOTES[stage.role]:
        if step not in stage.grants:
            return Command("vote", (attempt.id, step, VOTER[step], True))
    if not stage.holds and not stage.overtaken:
        return Command("turn", (attempt.id,))
    if stage.deploy != "done":
        return Command("deploy", (attempt.id, "lives"))
    if stage.smoke is None:
        return Command("smoke", (attempt.id, "pass"))
    if stage.smoke == "pass" and stage.role == PROD and stage.confirmed is None:
        return Command("vote", (attempt.id, "confirm", VOTER["confirm"], True))
    return Command("finish", (attempt.id, "lives"))
