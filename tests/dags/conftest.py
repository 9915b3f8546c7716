"""The project's DAGs, built from its catalogue in this process."""

from collections.abc import Callable
from pathlib import Path

import pytest
from airflow.sdk import DAG

from slipway.airflow_edge.factory import build_dags
from slipway.platform.home import PROJECT


@pytest.fixture(scope="session")
def catalogue() -> Path:
    """The project's own."""
    return PROJECT / "include" / "catalogue"


@pytest.fixture(scope="session")
def dags(catalogue: Path) -> dict[str, DAG]:
    """Every DAG by its id."""
    return {dag.dag_id: dag for dag in build_dags(catalogue)}


@pytest.fixture
def build_for(catalogue: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[str], list[str]]:
    """The ids that are built where Airflow parses for one DAG, as it does at the start of each task."""

    def build(dag_id: str) -> list[str]:
        # This is how Airflow itself tells a task's process what it is parsing for.
        monkeypatch.setenv("_AIRFLOW_PARSING_CONTEXT_DAG_ID", dag_id)
        return [dag.dag_id for dag in build_dags(catalogue)]

    return build
