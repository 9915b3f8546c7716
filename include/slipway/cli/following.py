"""What became of a run that somebody started, told on the command line."""

import time
from typing import TYPE_CHECKING, Any

import typer

from slipway.cli.output import say

if TYPE_CHECKING:
    from slipway.adapters.airflow_rest import AirflowRest

LOOK_SECONDS = 2.0
"""Between two looks at a run that is waited for."""
OPENING_SECONDS = 60.0
"""How long a busy Airflow may take to begin with a run."""
NOT_REACHED = 3
"""Exit code of `--wait` where people or the platform ended it before what was asked for: nothing failed."""


def tell_what_became_of_it(rest: "AirflowRest", dag_id: str, run_id: str, what: str) -> str | None:
    """That it is asked for, once the run's first task has opened it. Raises RefusedError where that refused it.

    The attempt; None: nobody knows it yet."""
    from slipway.domain.errors import NotFoundError, RefusedError

    page = f"{rest.base_url}/dags/{dag_id}/runs/{run_id}"
    deadline = time.monotonic() + OPENING_SECONDS
    while time.monotonic() < deadline:
        try:
            found = rest.call("GET", f"/slipway/api/requests/{dag_id}/{run_id}")
        except NotFoundError:
            break
        if found["state"] == "refused":
            raise RefusedError(found["code"], f"it was refused: {found['message']}")
        if found["state"] == "opened":
            say(f"{what} is asked for: {page}")
            say(f"It is release {found['release_id']}, attempt {found['attempt']}")
            for one in found.get("supersedes", ()):
                say(f"{one['release_id']} {one['version']}, which waited, is superseded")
            return str(found["attempt"])
        time.sleep(LOOK_SECONDS)
    say(f"{what}: Airflow has not opened it yet; `slipway status` shows it when it has: {page}")
    return None


def follow(rest: "AirflowRest", dag_id: str, run_id: str, attempt_id: str | None) -> None:
    """Tells each change of the run's state until it ends, then how the release log says that it ended."""
    from slipway.domain.errors import SlipwayError
    from slipway.domain.release import Outcome

    state = _ended(rest, dag_id, run_id, attempt_id)
    attempt = _attempt(rest, dag_id, run_id)
    outcome = None if attempt is None else attempt["outcome"]
    if attempt is None or outcome is None:
        raise SlipwayError(f"{run_id} ended ({state}), and the log does not say how: see `slipway status`")
    told = f"{attempt['id']} ended: {outcome}{_why(attempt)}"
    if outcome in {Outcome.PROVEN, Outcome.LIVE}:
        say(told)
        return
    if not Outcome(outcome).is_green:
        raise SlipwayError(f"{told}. `slipway log list --release {attempt['release_id']}` says more")
    say(f"{told}. What was asked for is not reached: see `slipway status {attempt['release_id']}`", err=True)
    raise typer.Exit(NOT_REACHED)


def _ended(rest: "AirflowRest", dag_id: str, run_id: str, attempt_id: str | None) -> str:
    from slipway.adapters.airflow_rest import ENDED
    from slipway.domain.errors import SlipwayError

    seen: str | None = None
    while seen not in ENDED:
        state = rest.run_state(dag_id, run_id)
        if state is None:
            raise SlipwayError(f"the run {run_id} is gone: it was deleted. `slipway status` says what became of it")
        if state != seen:
            say(f"{attempt_id or run_id}: {state}")
        else:
            time.sleep(LOOK_SECONDS)
        seen = state
    return str(seen)


def _attempt(rest: "AirflowRest", dag_id: str, run_id: str) -> dict[str, Any] | None:
    """The attempt of the run as the release log knows it; None where it opened none."""
    from slipway.domain.errors import NotFoundError

    try:
        found = rest.call("GET", f"/slipway/api/requests/{dag_id}/{run_id}")
        attempts = rest.call("GET", f"/slipway/api/releases/{found['release_id']}")["attempts"]
    except (NotFoundError, KeyError):
        return None
    return next((one for one in attempts if one["id"] == found["attempt"]), None)


def _why(attempt: dict[str, Any]) -> str:
    """What the stage says that decided it."""
    from slipway.domain.release import StageOutcome

    for stage in attempt["stages"]:
        if stage["outcome"] and not StageOutcome(stage["outcome"]).lets_the_next_stage_start:
            return f" ({stage['environment']}: {stage['detail']})"
    return ""
