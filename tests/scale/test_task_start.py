"""What a task pays to find its DAG again does not depend on how many services there are."""

import statistics
import time
from collections.abc import Sequence
from pathlib import Path

import pytest

from slipway.airflow_edge.factory import build_dags
from tests.scale.many_services import Noted, write_catalogue

pytestmark = pytest.mark.airflow
WANTED = "release__live"
"""The service that both catalogues have."""
LOOKS = 15


@pytest.fixture(scope="module")
def catalogues(tmp_path_factory: pytest.TempPathFactory) -> Sequence[Path]:
    """One of ten services and one of a thousand."""
    root = tmp_path_factory.mktemp("catalogues")
    noted = Noted(root)
    noted.address = "http://127.0.0.1:9"
    return [write_catalogue(root / str(count), ["live"], count, noted) for count in (10, 1_000)]


def seconds_to_find(catalogue: Path) -> float:
    began = time.process_time()
    with pytest.MonkeyPatch.context() as environment:
        environment.setenv("_AIRFLOW_PARSING_CONTEXT_DAG_ID", WANTED)  # as Airflow tells a task's process
        found = list(build_dags(catalogue))
    assert [dag.dag_id for dag in found] == [WANTED]
    return time.process_time() - began


def test_a_task_finds_its_dag_as_fast_among_a_thousand_services_as_among_ten(catalogues: Sequence[Path]) -> None:
    taken = [[seconds_to_find(catalogue) for catalogue in catalogues] for _ in range(LOOKS)]
    few, many = (statistics.median(seconds) for seconds in zip(*taken, strict=True))
    assert many < 1.5 * few


def test_a_task_reads_no_file_but_its_own_services(catalogues: Sequence[Path]) -> None:
    for file in (catalogues[1] / "services").glob("idle-*.yaml"):
        file.write_bytes(b"\xff\xfe not even text")
    assert seconds_to_find(catalogues[1]) < 5
