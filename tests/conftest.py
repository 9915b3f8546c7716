"""What all tests share: one embedded PostgreSQL a session, a database of its own for each test that asks."""

import os
import shutil
import tempfile
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from slipway.platform.home import PROJECT
from slipway.platform.postgres import EmbeddedPostgres
from tests.quick_files import ON_DISK, write_in_memory
from tests.selection import STORIES, group_of, may_start_a_platform

write_in_memory()
_AIRFLOW_HOME = tempfile.TemporaryDirectory(prefix="slipway-airflow-", ignore_cleanup_errors=True)
os.environ["AIRFLOW_HOME"] = _AIRFLOW_HOME.name
os.environ["AIRFLOW__CORE__LOAD_EXAMPLES"] = "False"
os.environ["AIRFLOW__CORE__PLUGINS_FOLDER"] = str(PROJECT / "plugins")
"""Tests that import Airflow must not find, or leave, anything in the home of whoever runs them."""

TEMPLATE = "release_template"
_SESSION = "slipway-session-"
_AS_STARTED = os.nice(0)
_GIVES_WAY = 5


@pytest.hookimpl(tryfirst=True)
def pytest_configure(config: pytest.Config) -> None:
    """A folder of its own for each session.

    In pytest's shared one a second session takes the rights off the folder above the first one's database server.
    """
    if config.option.basetemp is None:
        config.option.basetemp = tempfile.mkdtemp(prefix=_SESSION)
        config.add_cleanup(lambda: _remove_unless_failed(config))


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """On several processes those that start a platform begin first: they last longest, and wait most of the time."""
    if hasattr(config, "workerinput"):
        items.sort(key=lambda item: (not may_start_a_platform(item.nodeid), group_of(item.nodeid) != STORIES))


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Any:
    """Two processes have all that start a platform; then all share the modules."""
    from xdist.scheduler import LoadScopeScheduling  # noqa: PLC0415 - pytest works without it too

    class GroupScheduling(LoadScopeScheduling):
        def _split_scope(self, nodeid: str) -> str:
            return group_of(nodeid)

    return GroupScheduling(config, log)


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup(item: pytest.Item) -> None:
    """Beside a platform the rest gives way: its tests last longest, and its processes wait for each other."""
    if hasattr(item.config, "workerinput") and not may_start_a_platform(item.nodeid) and os.nice(0) == _AS_STARTED:
        os.nice(_GIVES_WAY)


def pytest_sessionfinish(session: pytest.Session, exitstatus: int) -> None:
    session.config.stash[_FAILED] = bool(exitstatus)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, exitstatus: int) -> None:
    if exitstatus:
        kept = _keep(Path(terminalreporter.config.option.basetemp))
        terminalreporter.write_line(f"What the tests wrote is kept in {kept}")


def _keep(written: Path) -> Path:
    """On disk: memory is for those who run."""
    if written.parent == ON_DISK or not written.name.startswith(_SESSION):
        return written
    shutil.copytree(written, ON_DISK / written.name, symlinks=True, ignore=_no_sockets, dirs_exist_ok=True)
    shutil.rmtree(written, ignore_errors=True)
    return ON_DISK / written.name


def _no_sockets(folder: str, names: list[str]) -> set[str]:
    return {name for name in names if not (path := Path(folder, name)).is_symlink() and path.is_socket()}


def _remove_unless_failed(config: pytest.Config) -> None:
    if not config.stash.get(_FAILED, True):
        shutil.rmtree(config.option.basetemp, ignore_errors=True)


_FAILED = pytest.StashKey[bool]()


@pytest.fixture(scope="session")
def postgres() -> Iterator[EmbeddedPostgres]:
    """A PostgreSQL server that is fast and forgets everything."""
    with tempfile.TemporaryDirectory(prefix="slipway-tests-", ignore_cleanup_errors=True) as folder:
        server = EmbeddedPostgres(Path(folder) / "postgres", Path(folder) / "postgres.log", durable=False)
        server.start()
        yield server
        server.stop()


@pytest.fixture
def database_url(postgres: EmbeddedPostgres) -> Iterator[str]:
    """The URL of a fresh, empty database."""
    name = f"test_{uuid.uuid4().hex}"
    yield postgres.create_database(name)
    postgres.drop_database(name)


@pytest.fixture(scope="session")
def _release_template(postgres: EmbeddedPostgres) -> str:
    from slipway.adapters.database import schema  # noqa: PLC0415 - only tests of the database pay for it

    schema.upgrade(postgres.create_database(TEMPLATE))
    return TEMPLATE


@pytest.fixture
def release_database_url(postgres: EmbeddedPostgres, _release_template: str) -> Iterator[str]:
    """The URL of a release database in its newest schema and without a row."""
    name = f"release_{uuid.uuid4().hex}"
    yield postgres.create_database(name, template=_release_template)
    postgres.drop_database(name)
