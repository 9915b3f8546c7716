"""The cells that hurt one run only: what is done to it, at which moment, and what must come of it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from tests.chaos.ground import Ground, Run

LONG = 900.0
"""A deploy that lasts until it is told otherwise: there is all the time to do something in its middle."""
STILL = 12.0
"""Seconds that such a deploy would then go on by itself: longer than Airflow takes to end its task."""

Hurt = Callable[[Run], None]


@dataclass(frozen=True, kw_only=True)
class Cell:
    """One cell. It returns the run that was hurt; what must be recorded of it is said here."""

    play: Callable[[Ground, str], Run]
    to: str
    outcomes: frozenset[str]
    told: frozenset[str] = frozenset()
    never_told: frozenset[str] = frozenset()
    most_deploys: int = 1


def mark_and_delete(run: Run) -> None:
    """Marked failed, then deleted as soon as Airflow allows it."""
    run.mark_failed()
    run.delete()


def before_the_permit(hurt_process: Callable[[Run], None]) -> Callable[[Ground, str], Run]:
    """In Dev, while `take_turn` is in the middle of its transaction."""

    def play(ground: Ground, service: str) -> Run:
        with ground.busy(f"dev:{service}"):
            run = ground.release(service, f"{service}-1", "dev")
            hurt_process(run)
        return run

    return play


def while_asked(hurt: Hurt, *, then_approved: bool = False) -> Callable[[Ground, str], Run]:
    """While the approval of Preprod is pending."""

    def play(ground: Ground, service: str) -> Run:
        run = ground.release(service, f"{service}-1", "preprod")
        run.wait_for_entry("approval_asked")
        hurt(run)
        if then_approved:
            run.wait_for_entry("approval_asked", times=2)
            run.approve()
        return run

    return play


def in_deploy(hurt: Hurt) -> Callable[[Ground, str], Run]:
    """In Preprod, in the middle of the deploy, with the lane held."""

    def play(ground: Ground, service: str) -> Run:
        ground.watch.lasts(service, "preprod", LONG)
        run = ground.release(service, f"{service}-1", "preprod")
        run.approve()
        run.at_work()
        hurt(run)
        ground.watch.ends_in(service, "preprod", STILL)
        return run

    return play


def in_smoke(hurt: Hurt, *, opened: bool = True) -> Callable[[Ground, str], Run]:
    """In Dev, after the deploy, while smoke keeps asking. `opened`: then it passes, for whoever still asks."""

    def play(ground: Ground, service: str) -> Run:
        ground.watch.shut(service, "dev")
        run = ground.release(service, f"{service}-1", "dev")
        run.in_smoke()
        hurt(run)
        if not opened:
            run.outcome()
        ground.watch.open(service, "dev")
        return run

    return play


def while_confirming(ground: Ground, service: str) -> Run:
    """In Prod, after smoke, while somebody is asked to confirm: the run is marked failed."""
    run = ground.release(service, f"{service}-1", "prod")
    run.approve()
    run.approve("prod.authorise", looked_by="rob", looked_at="the sleep")
    run.approve("prod.sign_off", "mona")
    run.wait_for_entry("smoke_finished", "prod")
    run.question("prod.confirm")
    run.mark_failed()
    return run


def _of(task: str, *, supervisor: bool = False) -> Hurt:
    def hurt(run: Run) -> None:
        process = run.task_process(f"{run.group}{task}")
        victim = process.parent() if supervisor else process
        assert victim is not None, "a task process has a supervisor"
        victim.kill()

    return hurt


PROVEN, FAILED, UNVERIFIED = frozenset({"proven"}), frozenset({"failed"}), frozenset({"unverified"})
NO_DEPLOY = frozenset({"permit_issued", "deploy_started"})
UNDONE = frozenset({"deploy_settled_failed", "undo_done"})

CELLS: Mapping[str, Cell] = {
    # Airflow starts a lost turn again: nothing was begun, so the release just goes on.
    "task killed before the permit": Cell(play=before_the_permit(_of("take_turn")), to="dev", outcomes=PROVEN),
    "supervisor killed before the permit": Cell(
        play=before_the_permit(_of("take_turn", supervisor=True)), to="dev", outcomes=PROVEN
    ),
    "run marked failed before the permit": Cell(
        play=while_asked(Run.mark_failed), to="preprod", outcomes=FAILED, never_told=NO_DEPLOY, most_deploys=0
    ),
    "run deleted before the permit": Cell(
        play=while_asked(mark_and_delete), to="preprod", outcomes=FAILED, never_told=NO_DEPLOY, most_deploys=0
    ),
    "task cleared before the permit": Cell(
        play=while_asked(lambda run: run.clear("preprod.approve"), then_approved=True), to="preprod", outcomes=PROVEN
    ),
    "task killed in the middle of deploy": Cell(
        play=in_deploy(_of("deploy")), to="preprod", outcomes=FAILED, told=UNDONE
    ),
    "supervisor killed in the middle of deploy": Cell(
        play=in_deploy(_of("deploy", supervisor=True)), to="preprod", outcomes=FAILED, told=frozenset({"undo_done"})
    ),
    "run marked failed in the middle of deploy": Cell(
        play=in_deploy(Run.mark_failed), to="preprod", outcomes=FAILED, told=UNDONE
    ),
    "run deleted in the middle of deploy": Cell(
        play=in_deploy(mark_and_delete), to="preprod", outcomes=FAILED, told=UNDONE
    ),
    "task cleared in the middle of deploy": Cell(
        play=in_deploy(lambda run: run.clear("preprod.deploy")),
        to="preprod",
        outcomes=FAILED,
        told=UNDONE | {"activity_start_repeated"},
    ),
    "task killed after deploy": Cell(
        play=in_smoke(_of("smoke")), to="dev", outcomes=FAILED, told=frozenset({"deploy_done", "undo_done"})
    ),
    "supervisor killed after deploy": Cell(
        play=in_smoke(_of("smoke", supervisor=True)),
        to="dev",
        outcomes=PROVEN | FAILED,  # the smoke that lost its supervisor may still record its verdict, or not
        told=frozenset({"deploy_done"}),
    ),
    "run marked failed after deploy": Cell(
        play=in_smoke(Run.mark_failed, opened=False),
        to="dev",
        outcomes=FAILED,
        told=frozenset({"deploy_done", "undo_done"}),
    ),
    "run deleted after deploy": Cell(
        play=in_smoke(mark_and_delete, opened=False),
        to="dev",
        outcomes=FAILED,
        told=frozenset({"deploy_done", "undo_done"}),
    ),
    "task cleared after deploy": Cell(
        play=in_smoke(lambda run: run.clear("deploy")),
        to="dev",
        outcomes=PROVEN,
        told=frozenset({"deploy_done", "activity_start_repeated"}),
    ),
    "run marked failed while live is confirmed": Cell(
        play=while_confirming, to="prod", outcomes=UNVERIFIED, told=frozenset({"hold_placed"}), most_deploys=2
    ),
}


def service_of(cell: str) -> str:
    """Each cell has a service of its own; those on the live path have no Dev."""
    live = "dev" if CELLS[cell].to == "dev" else "live"
    return f"{live}-{cell.replace(' ', '-')}"


SHARED = tuple(
    f"{path}-{program}-{moment}"
    for program in ("scheduler", "triggerer", "database")
    for path, moment in (("live", "before"), ("live", "middle"), ("dev", "after"))
)
LAST = "live-last"
SERVICES = (*map(service_of, CELLS), *SHARED, LAST)
