"""The cells that kill what all runs share: one kill finds three releases, each at another moment."""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass

import psutil

from tests.chaos.cells import LONG, STILL
from tests.chaos.ground import Ground, Run, until

GONE_SECONDS = 60.0
RESTART_SECONDS = 300.0


@dataclass(frozen=True, kw_only=True)
class Victim:
    """Something shared. `told` must be in the log of the release whose deploy was at work."""

    hurt: Callable[[Ground, Run], None]
    outcomes: frozenset[str]
    told: frozenset[str]


def kill_the_scheduler(ground: Ground, middle: Run) -> None:
    """The deploy goes on, in a process that no scheduler knows, until the next one starts the task again."""
    killed = ground.kill("scheduler")
    _wait_for_another(ground, "scheduler", killed)
    middle.wait_for_entry("activity_start_repeated")
    ground.watch.ends_in(middle.service, "preprod", STILL)


def kill_the_triggerer(ground: Ground, middle: Run) -> None:
    """Who waits in it, for the turn or with the slot, waits on in the next one."""
    killed = ground.kill("triggerer")
    ground.watch.ends_in(middle.service, "preprod", STILL)
    _wait_for_another(ground, "triggerer", killed)


def take_the_databases_away(ground: Ground, middle: Run) -> None:
    """SIGKILL to the server of both databases; its folder is moved away, so that no restart helps for a minute.

    The deploy ends meanwhile, and cannot say so.
    """
    server = psutil.Process(ground.platform.process_ids()["postgres"])
    data = ground.platform.home.postgres
    away = data.with_name("postgres-away")
    family = [server, *server.children(recursive=True)]
    data.rename(away)
    for process in family:
        process.kill()
    ground.watch.ends_in(middle.service, "preprod", STILL)
    time.sleep(GONE_SECONDS)
    away.rename(data)


VICTIMS: Mapping[str, Victim] = {
    "scheduler": Victim(
        hurt=kill_the_scheduler,
        outcomes=frozenset({"failed", "proven"}),
        told=frozenset({"activity_start_repeated"}),
    ),
    "triggerer": Victim(hurt=kill_the_triggerer, outcomes=frozenset({"proven"}), told=frozenset({"deploy_done"})),
    "database": Victim(
        hurt=take_the_databases_away,
        outcomes=frozenset({"proven", "failed"}),
        told=frozenset({"activity_start_repeated"}),
    ),
}


@dataclass(frozen=True, kw_only=True)
class Shaken:
    """The three runs that one kill found, each at its moment."""

    before: Run
    middle: Run
    after: Run


def shake(ground: Ground, program: str) -> Shaken:
    """One release works in Preprod, one queues behind it, one is in smoke in Dev; then the kill; then all may go on."""
    works, queues, smokes = f"live-{program}-middle", f"live-{program}-before", f"dev-{program}-after"
    ground.watch.lasts(works, "preprod", LONG)
    ground.watch.shut(smokes, "dev")
    middle = ground.release(works, f"{works}-1", "preprod")
    before = ground.release(queues, f"{queues}-1", "preprod")
    after = ground.release(smokes, f"{smokes}-1", "dev")
    middle.approve()
    middle.at_work()
    before.approve()
    before.wait_for_entry("turn_queued")
    after.in_smoke()
    VICTIMS[program].hurt(ground, middle)
    # A scheduler that lost its database waits for its running tasks: everything must come back all the same.
    until(lambda: not ground.platform.unhealthy(), RESTART_SECONDS, "everything to come back")
    ground.watch.open(smokes, "dev")
    return Shaken(before=before, middle=middle, after=after)


def _wait_for_another(ground: Ground, program: str, killed: int) -> None:
    def look() -> bool:
        return ground.platform.process_ids().get(program, killed) != killed

    until(look, RESTART_SECONDS, f"another {program}")
