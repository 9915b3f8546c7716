"""Builds the DAGs: two a service, of the same task ids for every service, from its headline only.

What a stage does is resolved at `open` and read from the release database; so a change of the catalogue never reshapes
a run in flight, and a task starts as fast with a thousand services as with ten.
"""

import os
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

from airflow.sdk import (
    DAG,
    Asset,
    AssetOrTimeSchedule,
    BaseOperator,
    CronTriggerTimetable,
    TaskGroup,
    get_parsing_context,
)

from slipway.airflow_edge.form import Form, release_params
from slipway.airflow_edge.opening import Open
from slipway.airflow_edge.stage_tasks import add_stage
from slipway.airflow_edge.steps import Close
from slipway.airflow_edge.texts import DEV_DOC, RELEASE_DOC, TASK_DOC
from slipway.catalogue.files import catalogue_folder, service_names
from slipway.catalogue.headline import OUTSIDE, ServiceHeadline, headline, time_zone
from slipway.domain.service import StageRole

DEV_PREFIX, RELEASE_PREFIX = "dev__", "release__"
NIGHTLY = "30 2 * * *"
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
    nightly = CronTriggerTimetable(service.nightly or NIGHTLY, timezone=zone)
    schedule = AssetOrTimeSchedule(timetable=nightly, assets=[artefact]) if service.nightly else [artefact]
    with DAG(
        dag_id=f"{DEV_PREFIX}{service.name}",
        description=f"Brings {service.name} to Dev by itself",
        doc_md=DEV_DOC.format(service=service.name, description=service.description, team=service.team),
        schedule=schedule,
        catchup=False,
        max_active_runs=1,
        default_args=_DEFAULTS,
        tags=["slipway", "dev", *([f"team:{service.team}"] if service.team else [])],
    ) as dag:
        opening = Open(task_id="open", service=service.name, dev_only=True, doc_md=TASK_DOC["open"])
        stage = add_stage(StageRole.DEV, group=None)
        closing = _closing()
        opening >> stage.first
        stage.finish >> closing
    return dag


def release_dag(service: ServiceHeadline) -> DAG:
    """`release__<service>`: by hand, with a form, up to Preprod or Prod (R8, R9)."""
    with DAG(
        dag_id=f"{RELEASE_PREFIX}{service.name}",
        description=f"Releases {service.name}: Dev, Preprod, Prod",
        doc_md=RELEASE_DOC.format(service=service.name, description=service.description, team=service.team),
        schedule=None,
        catchup=False,
        max_active_runs=64,
        default_args=_DEFAULTS,
        render_template_as_native_obj=False,
        tags=["slipway", "release", *([f"team:{service.team}"] if service.team else [])],
    ) as dag:
        before = Open(task_id="open", service=service.name, dev_only=False, doc_md=TASK_DOC["open"])
        closing = _closing()
        passed = [before]
        for role in StageRole:
            with TaskGroup(group_id=role.value, prefix_group_id=True) as group:
                stage = add_stage(role, group=group)
            passed >> stage.first
            passed = [stage.smoke, stage.finish]
            stage.holds_slot and stage.holds_slot >> closing
        passed[-1] >> closing
    # Set last: each task would carry a copy of the form, and Airflow validates every field of every copy.
    dag.params = Form(release_params())
    return dag


def _closing() -> BaseOperator:
    """A teardown too: Airflow skips every other task of a run marked failed, and would show the run green."""
    return Close(task_id="close", doc_md=TASK_DOC["close"]).as_teardown(on_failure_fail_dagrun=True)
