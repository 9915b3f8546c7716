"""Builds the DAGs: two a service, of the same task ids for every service, from its headline only.

What a stage does is resolved at `open` and read from the release database; so a change of the catalogue never reshapes
a run in flight, and a task starts as fast with a thousand services as with ten.
"""

import os
from collections.abc import Iterator
from datetime import timedelta
from functools import cache
from pathlib import Path
from typing import Any

from airflow.sdk import (
    DAG,
    Asset,
    AssetOrTimeSchedule,
    BaseOperator,
    TaskGroup,
    get_parsing_context,
)

from slipway.airflow_edge.form import Form, release_params
from slipway.airflow_edge.nightly import nightly
from slipway.airflow_edge.opening import Open
from slipway.airflow_edge.shape import copy_tasks
from slipway.airflow_edge.stage_tasks import add_stage
from slipway.airflow_edge.steps import Close
from slipway.airflow_edge.texts import DEV_DOC, RELEASE_DOC, TASK_DOC
from slipway.catalogue.files import catalogue_folder, service_names
from slipway.catalogue.headline import OUTSIDE, ServiceHeadline, headline, time_zone
from slipway.domain.service import StageRole

DEV_PREFIX, RELEASE_PREFIX = "dev__", "release__"
_DEFAULTS = {"retries": 0, "owner": "slipway", "execution_timeout": timedelta(hours=6)}


def build_dags(folder: Path | None = None) -> Iterator[DAG]:
    """The DAGs of all services; of one only, where Airflow parses for a task."""
    folder = folder or catalogue_folder(os.environ)
    wanted = get_parsing_context().dag_id
    if wanted is not None:
        dag = _one(folder, wanted)
        yield from () if dag is None else (dag,)
        return
    zone = time_zone(folder)
    for name in service_names(folder):
        service = headline(folder, name)
        if service.profile in OUTSIDE:
            continue  # its changes go by `record_change`
        yield dev_dag(service, zone)
        yield release_dag(service)


def _one(folder: Path, dag_id: str) -> DAG | None:
    """The DAG of a run in flight: built even if the service's file is broken or gone by now."""
    if dag_id.startswith(DEV_PREFIX):
        return dev_dag(headline(folder, dag_id.removeprefix(DEV_PREFIX)), time_zone(folder))
    if dag_id.startswith(RELEASE_PREFIX):
        return release_dag(headline(folder, dag_id.removeprefix(RELEASE_PREFIX)))
    return None


def dev_dag(service: ServiceHeadline, zone: str) -> DAG:
    """`dev__<service>`: nightly in the platform's time zone, and for every artefact a pipeline announces (R7)."""
    artefact = Asset(name=f"artefact-{service.name}", uri=f"slipway://artefact/{service.name}")
    schedule: Any = [artefact]
    if service.nightly:
        schedule = AssetOrTimeSchedule(timetable=nightly(service.nightly, zone), assets=[artefact])
    dag = DAG(
        dag_id=f"{DEV_PREFIX}{service.name}",
        description=f"Brings {service.name} to Dev by itself",
        doc_md=DEV_DOC.format(service=service.name, description=service.description, team=service.team),
        schedule=schedule,
        catchup=False,
        max_active_runs=1,
        default_args=_DEFAULTS,
        tags=["slipway", "dev", *([f"team:{service.team}"] if service.team else [])],
    )
    return _filled(dag, dev_shape(), service)


def release_dag(service: ServiceHeadline) -> DAG:
    """`release__<service>`: by hand, with a form, up to Preprod or Prod (R8, R9)."""
    dag = DAG(
        dag_id=f"{RELEASE_PREFIX}{service.name}",
        description=f"Releases {service.name}: Dev, Preprod, Prod",
        doc_md=RELEASE_DOC.format(service=service.name, description=service.description, team=service.team),
        schedule=None,
        catchup=False,
        max_active_runs=64,
        default_args=_DEFAULTS,
        render_template_as_native_obj=False,
        tags=["slipway", "release", *([f"team:{service.team}"] if service.team else [])],
    )
    # Not given above: Airflow would validate every field of a copy that it makes of the form.
    dag.params = Form(release_params())
    return _filled(dag, release_shape(), service)


def _filled(dag: DAG, shape: DAG, service: ServiceHeadline) -> DAG:
    copy_tasks(shape, dag)
    dag.get_task("open").service = service.name
    return dag


@cache
def dev_shape() -> DAG:
    """The tasks of each `dev__<service>`, built once a process, and copied (ADR 0015)."""
    with _empty("dev") as shape:
        opening = Open(task_id="open", service="", dev_only=True, doc_md=TASK_DOC["open"])
        stage = add_stage(StageRole.DEV, group=None)
        closing = _closing()
        opening >> stage.first
        stage.finish >> closing
    return shape


@cache
def release_shape() -> DAG:
    """The tasks of each `release__<service>`, likewise."""
    with _empty("release") as shape:
        before = Open(task_id="open", service="", dev_only=False, doc_md=TASK_DOC["open"])
        closing = _closing()
        passed = [before]
        for role in StageRole:
            with TaskGroup(group_id=role.value, prefix_group_id=True) as group:
                stage = add_stage(role, group=group)
            passed >> stage.first
            passed = [stage.smoke, stage.finish]
            stage.holds_slot and stage.holds_slot >> closing
        passed[-1] >> closing
    return shape


def _empty(name: str) -> DAG:
    """A DAG that Airflow does not take for one of the file that is being parsed."""
    return DAG(dag_id=name, default_args=_DEFAULTS, auto_register=False)


def _closing() -> BaseOperator:
    """A teardown too: Airflow skips every other task of a run marked failed, and would show the run green."""
    return Close(task_id="close", doc_md=TASK_DOC["close"]).as_teardown(on_failure_fail_dagrun=True)
