"""What each role of PostgreSQL may do in the release database: the last word, below all code (authority.md).

The roles are made by whoever sets up the server (`docker-compose.yaml` does); where there are none, as in the embedded
PostgreSQL with its one owner, nothing is separated and nothing is given.
"""

from collections.abc import Iterator, Mapping

from sqlalchemy import Connection, text

API = "slipway_api"
"""The API server: what people do, and what their answers become."""
RECONCILER = "slipway_reconciler"
"""Finishes what nobody else does; takes the very first policy as it is."""
TASK = "slipway_task"
"""Tasks of a run, and with them whatever a deploy could get hold of."""

APPENDED_ONLY = (
    *("log", "migration_proof", "migration_check", "migration_waiver", "schema_state"),
    *("acknowledgement", "finding_said"),
)
ONLY_READ = ("log_head", "alembic_version")
"""The head of the log moves with the log, by a function that runs as the owner."""
DECIDED_BY_PEOPLE: Mapping[str, tuple[str, ...]] = {
    API: (),
    RECONCILER: (
        *("grant", "policy_proposal", "disclosure", "support", "service_token", "migration_waiver"),
        *("acknowledgement", "finding_said", "confirmation_waiver"),
    ),
    TASK: (
        *("grant", "policy", "policy_proposal", "pending_act", "support", "service_token", "account_sync"),
        *("break_glass", "migration_waiver", "acknowledgement", "finding_said"),
        *("delivery", "message_thread", "message_way", "confirmation_waiver"),
    ),
}
"""By role, the tables whose rows it reads and never writes. Expired questions are closed by the reconciler."""


def give_rights(connection: Connection) -> None:
    """Takes back what was given, and gives each role that exists what it needs; no role may delete anything."""
    known = set(connection.scalars(text("SELECT rolname FROM pg_roles")))
    tables = list(connection.scalars(text("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")))
    connection.exec_driver_sql("ALTER FUNCTION chain_log_entry() SECURITY DEFINER SET search_path = public, pg_temp")
    for role in DECIDED_BY_PEOPLE.keys() & known:
        for statement in _statements(role, tables):
            connection.exec_driver_sql(statement)


def _statements(role: str, tables: list[str]) -> Iterator[str]:
    yield f"REVOKE ALL ON ALL TABLES IN SCHEMA public FROM {role}"
    yield f"GRANT USAGE ON SCHEMA public TO {role}"
    yield f"GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO {role}"
    for table in tables:
        yield f'GRANT {_rights(role, table)} ON "{table}" TO {role}'


def _rights(role: str, table: str) -> str:
    if table in ONLY_READ or table in DECIDED_BY_PEOPLE[role]:
        return "SELECT"
    return "SELECT, INSERT" if table in APPENDED_ONLY else "SELECT, INSERT, UPDATE"
