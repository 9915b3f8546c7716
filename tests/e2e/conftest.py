"""One running platform for all end-to-end tests of a session."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.running_platform import RunningPlatform

EXTRA_DAGS = Path(__file__).with_name("dags")


@pytest.fixture(scope="session")
def platform(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningPlatform]:
    """Real Airflow on the embedded PostgreSQL, in a folder with a space in its name.

    At the end it is stopped as by Ctrl-C, and nothing of it may be left running.
    """
    running = RunningPlatform(tmp_path_factory.mktemp("a platform"), more_dags=[EXTRA_DAGS])
    try:
        running.start()
        yield running
    finally:
        code = running.stop()
    assert code == 0
    assert [process.cmdline() for process in running.living_processes()] == []
