"""What PostgreSQL itself refuses to a role, whatever the code above does or is made to do."""

import dataclasses
import re
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, make_url, text
from sqlalchemy.exc import OperationalError, ProgrammingError

from slipway.adapters.database import schema
from slipway.adapters.database.engine import make_engine
from slipway.adapters.database.log_reader import read_log
from slipway.adapters.database.mode import mode_of
from slipway.adapters.database.rights import API, DECIDED_BY_PEOPLE, RECONCILER, TASK
from slipway.adapters.database.transaction import DatabaseStore
from slipway.domain.grant import Step
from slipway.domain.log_entry import verify_chain
from slipway.platform.compose import AIRFLOW_ROLE, FIRST_START
from slipway.platform.place import AIRFLOW_DATABASE, RELEASE_DATABASE
from slipway.platform.postgres import EmbeddedPostgres
from tests.builders import PREPROD
from tests.scene import Scene, a_world

ROLES = tuple(DECIDED_BY_PEOPLE)
GRANT = """
INSERT INTO "grant" (release_id, attempt_id, step, person, person_name, person_roles, signed_in_by, hitl_id, decision,
                     comment, looked_by, looked_at, digest, migration_proof, environment, policy_hash, evidence,
                     evidence_hash, expires_at)
SELECT release_id, id, 'approve', 'sam', 'Sam', '{}', 'airflow', 'made up', 'Approve', '', '', '', digest, '',
       'preprod', 'p', 'e', 'e', now() + interval '1 day' FROM attempt
"""
AS_OF_A_TRIGGER = """
CREATE TEMP TABLE mine (n int);
CREATE FUNCTION pg_temp.rewrite() RETURNS trigger LANGUAGE plpgsql AS
    $$ BEGIN UPDATE public.log_head SET seq = 0; RETURN NEW; END $$;
CREATE TRIGGER t BEFORE INSERT ON mine FOR EACH ROW EXECUTE FUNCTION pg_temp.rewrite();
INSERT INTO mine VALUES (1);
"""
HISTORY = (
    "UPDATE log SET actor = 'somebody else'",
    "DELETE FROM log",
    "TRUNCATE log",
    "UPDATE log_head SET seq = 0",
    AS_OF_A_TRIGGER,
    'DELETE FROM "grant"',
    "DELETE FROM policy",
    "DELETE FROM release",
    "ALTER TABLE log DISABLE TRIGGER ALL",
    "DROP TRIGGER log_is_append_only ON log",
    "CREATE OR REPLACE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NEW; END $$",
    "SET session_replication_role = replica",
)


@pytest.fixture(scope="module")
def engines(postgres: EmbeddedPostgres) -> Iterator[dict[str, Engine]]:
    """A server set up as the compose file sets up its own: an engine for each role, and one of the owner's."""
    postgres.create_database(AIRFLOW_DATABASE)
    server = make_engine(postgres.url("postgres")).execution_options(isolation_level="AUTOCOMMIT")
    with server.connect() as connection:
        for statement in re.sub(r"\$\{\w+:[^}]*\}", "a password", FIRST_START).splitlines():
            connection.exec_driver_sql(statement)
    url = postgres.url(RELEASE_DATABASE)
    schema.upgrade(url)
    with ExitStack() as stack:
        stack.callback(server.dispose)
        made = {role: make_engine(as_role(url, role), pooled=False) for role in (*ROLES, AIRFLOW_ROLE)}
        made["owner"] = make_engine(url, pooled=False)
        yield made
    for name in (RELEASE_DATABASE, AIRFLOW_DATABASE):
        postgres.drop_database(name)
    with server.connect() as connection:
        for role in (*ROLES, AIRFLOW_ROLE):
            connection.exec_driver_sql(f"DROP ROLE {role}")
    server.dispose()


def as_role(url: str, role: str) -> str:
    """The same database, as somebody else."""
    return make_url(url).set(username=role).render_as_string(hide_password=False)


@pytest.fixture
def scene(engines: dict[str, Engine], tmp_path: Path) -> Scene:
    """The owner has put the policy into effect."""
    return a_world(engines["owner"], tmp_path)


def by(role: str, scene: Scene, engines: dict[str, Engine]) -> Scene:
    """The same world, as a process with this role sees it."""
    scene.world = dataclasses.replace(scene.world, store=DatabaseStore(engines[role]))
    return scene


def refused(engine: Engine, statement: str) -> None:
    with pytest.raises(ProgrammingError, match=r"permission denied|must be owner"), engine.begin() as connection:
        connection.exec_driver_sql(statement)


def rows(engine: Engine, statement: str) -> list[Any]:
    with engine.connect() as connection:
        return list(connection.execute(text(statement)))


def test_a_release_goes_through_preprod_by_these_roles(scene: Scene, engines: dict[str, Engine]) -> None:
    attempt = by(TASK, scene, engines).dev_passed()
    scene.ask(attempt, Step.APPROVE)
    assert by(API, scene, engines).answer(attempt, Step.APPROVE, "sam").kind == "granted"
    assert by(TASK, scene, engines).stage(attempt, PREPROD).outcome == "passed"
    assert by(RECONCILER, scene, engines).finish(attempt, PREPROD).outcome == "passed"
    with scene.store.transaction() as tx:
        assert verify_chain(list(read_log(tx.sql))).broken is None
    refused(engines[TASK], GRANT)


def test_who_owns_airflows_database_does_not_get_into_ours(
    postgres: EmbeddedPostgres, engines: dict[str, Engine]
) -> None:
    with pytest.raises(OperationalError, match="permission denied for database"):
        engines[AIRFLOW_ROLE].connect()
    theirs = make_engine(as_role(postgres.url(AIRFLOW_DATABASE), AIRFLOW_ROLE), pooled=False)
    with theirs.begin() as connection:
        connection.exec_driver_sql("CREATE TABLE dag_run (id int)")
    for role in ROLES:
        with pytest.raises(OperationalError, match="permission denied for database"):
            make_engine(as_role(postgres.url(AIRFLOW_DATABASE), role), pooled=False).connect()


def test_a_task_writes_no_grant(engines: dict[str, Engine]) -> None:
    before = rows(engines["owner"], 'SELECT count(*) FROM "grant"')
    for role in (TASK, RECONCILER):
        refused(engines[role], GRANT)
        refused(engines[role], """UPDATE "grant" SET decision = 'Approve'""")
    assert rows(engines["owner"], 'SELECT count(*) FROM "grant"') == before


@pytest.mark.parametrize("role", ROLES)
def test_what_people_decide_is_written_by_no_other_role(engines: dict[str, Engine], role: str) -> None:
    for table in DECIDED_BY_PEOPLE[role]:
        refused(engines[role], f'INSERT INTO "{table}" DEFAULT VALUES')
        assert rows(engines[role], f'TABLE "{table}"') is not None


@pytest.mark.parametrize("statement", HISTORY)
@pytest.mark.parametrize("role", ROLES)
def test_nobody_changes_or_removes_what_is_in_the_log(engines: dict[str, Engine], role: str, statement: str) -> None:
    before = rows(engines["owner"], "SELECT seq, hash FROM log_head")
    refused(engines[role], statement)
    assert rows(engines["owner"], "SELECT seq, hash FROM log_head") == before


@pytest.mark.parametrize("role", ROLES)
def test_no_role_may_delete_from_any_table(engines: dict[str, Engine], role: str) -> None:
    names = [row[0] for row in rows(engines["owner"], "SELECT tablename FROM pg_tables WHERE schemaname = 'public'")]
    may = f"SELECT has_table_privilege('{role}', quote_ident(:name), 'DELETE, TRUNCATE, TRIGGER, REFERENCES')"
    with engines["owner"].connect() as connection:
        assert [name for name in names if connection.scalar(text(may), {"name": name})] == []
    assert len(names) > 15


def test_with_its_roles_the_server_is_evidential_for_each_of_them(engines: dict[str, Engine]) -> None:
    for role in ROLES:
        with DatabaseStore(engines[role]).transaction() as tx:
            assert mode_of(tx.sql).evidential
