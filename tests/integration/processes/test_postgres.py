"""The embedded PostgreSQL: any folder, databases by name, copies, and taking over what was left behind."""

from pathlib import Path

import pytest
from sqlalchemy import create_engine, text

from slipway.platform.errors import PlatformError
from slipway.platform.postgres import SOCKET_LIMIT, EmbeddedPostgres, reachable, socket_folder


def _run(url: str, statement: str) -> list[object]:
    engine = create_engine(url)
    with engine.begin() as connection:
        result = connection.execute(text(statement))
        rows: list[object] = list(result.scalars()) if result.returns_rows else []
    engine.dispose()
    return rows


@pytest.mark.parametrize("name", ["a name with spaces", "d" * SOCKET_LIMIT, "ünïcode", "50%"])
def test_a_folder_of_any_name_gets_a_socket_that_fits_a_url(tmp_path: Path, name: str) -> None:
    assert socket_folder(tmp_path / name / "postgres").parent == Path("/tmp")  # noqa: S108 - short and always there


def test_a_short_plain_folder_keeps_its_socket_beside_the_data() -> None:
    assert socket_folder(Path("/srv/slipway/postgres")) == Path("/srv/slipway/postgres-socket")


def test_a_database_is_created_once_and_keeps_its_rows(postgres: EmbeddedPostgres) -> None:
    url = postgres.create_database("kept once")
    _run(url, "CREATE TABLE t AS SELECT 7 AS n")
    assert _run(postgres.create_database("kept once"), "SELECT n FROM t") == [7]
    postgres.drop_database("kept once")
    assert not reachable(url)


def test_a_copy_starts_with_the_rows_of_its_template(postgres: EmbeddedPostgres) -> None:
    _run(postgres.create_database("original"), "CREATE TABLE t AS SELECT 7 AS n")
    copy = postgres.create_database("copy", template="original")
    assert _run(copy, "SELECT n FROM t") == [7]


def test_each_test_gets_an_empty_database(database_url: str) -> None:
    assert _run(database_url, "SELECT count(*) FROM pg_tables WHERE schemaname = 'public'") == [0]


def test_a_release_database_comes_with_its_schema(release_database_url: str) -> None:
    tables = _run(release_database_url, "SELECT count(*) FROM pg_tables WHERE schemaname = 'public'")
    assert tables != [0]


def test_a_server_left_by_a_killed_owner_is_taken_over(tmp_path: Path) -> None:
    left = EmbeddedPostgres(tmp_path / "a space" / "postgres", tmp_path / "left.log", durable=False)
    left.start()
    _run(left.create_database("mine"), "CREATE TABLE t AS SELECT 7 AS n")
    heir = EmbeddedPostgres(tmp_path / "a space" / "postgres", tmp_path / "heir.log", durable=False)
    heir.start()
    assert _run(heir.url("mine"), "SELECT n FROM t") == [7]
    heir.stop()
    assert not reachable(heir.url("mine"))
    left.stop()


def test_a_server_that_cannot_start_says_why(tmp_path: Path) -> None:
    broken = EmbeddedPostgres(tmp_path / "postgres", tmp_path / "postgres.log", durable=False)
    broken.start()
    broken.stop()
    (tmp_path / "postgres" / "postgresql.conf").write_text("no_such_setting = 1\n")
    with pytest.raises(PlatformError, match="no_such_setting"):
        broken.start()


def test_it_starts_again_though_a_folder_above_was_closed_meanwhile(tmp_path: Path) -> None:
    """As root it runs as another account, which must get through."""
    above = tmp_path / "above"
    server = EmbeddedPostgres(above / "postgres", tmp_path / "server.log", durable=False)
    server.prepare()
    first = server.spawn()
    server.wait_until_ready()
    above.chmod(0o700)
    first.kill()
    first.wait()
    server.spawn()
    server.wait_until_ready()
    server.stop()
