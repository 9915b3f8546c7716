"""What a task pays to find its DAG again does not depend on how many services there are; `make bench` times it."""

import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import pytest

from slipway.airflow_edge.factory import build_dags
from tests.scale.many_services import Noted, write_catalogue

pytestmark = pytest.mark.airflow
WANTED = "release__live"
"""The service that both catalogues have."""
_TOUCHES = {"open", "os.listdir", "os.scandir"}
_watched: list[tuple[Path, set[str]]] = []


def _note(event: str, arguments: tuple[object, ...]) -> None:
    """An audit hook cannot be taken out again: it notes only while somebody watches."""
    if event in _TOUCHES and _watched and isinstance(arguments[0], (str, bytes, Path)):
        root, seen = _watched[-1]
        touched = Path(arguments[0].decode() if isinstance(arguments[0], bytes) else arguments[0])
        if touched.is_relative_to(root):
            seen.add(str(touched.relative_to(root)))


sys.addaudithook(_note)


@contextmanager
def files_touched(folder: Path) -> Iterator[set[str]]:
    """Every file and folder below `folder` that is read or listed meanwhile."""
    seen: set[str] = set()
    _watched.append((folder, seen))
    try:
        yield seen
    finally:
        _watched.pop()


@pytest.fixture(scope="module")
def catalogues(tmp_path_factory: pytest.TempPathFactory) -> Sequence[Path]:
    """One of ten services and one of a thousand."""
    root = tmp_path_factory.mktemp("catalogues")
    noted = Noted(root)
    noted.address = "http://127.0.0.1:9"
    return [write_catalogue(root / str(count), ["live"], count, noted) for count in (10, 1_000)]


def touched_to_find(catalogue: Path, wanted: str | None) -> set[str]:
    with pytest.MonkeyPatch.context() as environment, files_touched(catalogue) as touched:
        if wanted is not None:
            environment.setenv("_AIRFLOW_PARSING_CONTEXT_DAG_ID", wanted)  # as Airflow tells a task's process
        found = [dag.dag_id for dag in build_dags(catalogue)]
    assert WANTED in found
    assert wanted is None or found == [wanted]
    return touched


def test_a_task_reads_its_own_service_and_nothing_else(catalogues: Sequence[Path]) -> None:
    few, many = (touched_to_find(catalogue, WANTED) for catalogue in catalogues)
    assert few == many == {"services/live.yaml"}


def test_who_parses_all_reads_all(catalogues: Sequence[Path]) -> None:
    """So the watching sees what there is to see."""
    assert len(touched_to_find(catalogues[0], None)) > len(list((catalogues[0] / "services").iterdir()))
