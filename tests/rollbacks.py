"""The steps of a rollback as REST, reconciler and the tasks of `roll_back` take them."""

from typing import Any

from slipway.domain.release import Attempt, Origin
from slipway.domain.rollback import ROLLBACK_DAG
from slipway.domain.service import StageRole
from slipway.ports.values import Actor
from slipway.use_cases.ask_rollback import Asked, AskedRollback, ask_rollback
from slipway.use_cases.finish_stage import Finish
from slipway.use_cases.open_rollback import RollbackRun, open_rollback
from slipway.use_cases.roll_back import roll_back
from tests.builders import PROD
from tests.scene import TASK, WORKER, Scene

REASON = "orders are lost"


def asked_for(
    version: str | None = None, *, service: str = "orders", role: StageRole = PROD, **more: Any
) -> AskedRollback:
    return AskedRollback(service=service, environment=role.value, version=version, reason=REASON, **more)


def ask(scene: Scene, version: str | None = None, *, by: str = "rita", **more: Any) -> Asked:
    """What a person asks by REST."""
    return ask_rollback(scene.world, asked_for(version, **more), Actor(id=by, via="rest"))


def started(scene: Scene, release_id: str) -> Attempt:
    """The run that the reconciler starts has opened its attempt."""
    run = RollbackRun(
        dag_id=ROLLBACK_DAG,
        run_id=f"{release_id}-attempt-1",
        origin=Origin.PLATFORM,
        actor=Actor(id="platform", via="airflow"),
        asked=asked_for(),
        release_id=release_id,
    )
    return open_rollback(scene.world, run)


def brought_back(scene: Scene, attempt: Attempt) -> str:
    """The task deploy."""
    return roll_back(scene.world, attempt.id, WORKER, TASK)


def rolled_back(scene: Scene, attempt: Attempt, role: StageRole = PROD) -> Finish:
    """Deploy, smoke and finish_stage."""
    brought_back(scene, attempt)
    scene.smoke(attempt, role)
    return scene.finish(attempt, role)
