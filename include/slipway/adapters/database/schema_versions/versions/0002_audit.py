# ruff: noqa: INP001 - Alembic reads this folder by path
"""What cross-checks have judged, and a way to find recorded requests by time.

Revision ID: 0002
"""

from alembic import op

revision = "0002"
down_revision = "0001"

_STATEMENTS = """
CREATE TABLE audit_check (
    id          bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    began_at    timestamptz NOT NULL,
    finished_at timestamptz NOT NULL DEFAULT now()
);
CREATE TABLE audit_judged (
    key         text PRIMARY KEY,
    found       boolean NOT NULL,
    at          timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX log_of_requests ON log (at) WHERE kind IN ('request_received', 'request_answered');
"""


def upgrade() -> None:
    """Creates them."""
    op.get_bind().exec_driver_sql(_STATEMENTS, execution_options={"no_parameters": True})


def downgrade() -> None:
    """Takes them away; the findings themselves are in the log."""
    op.get_bind().exec_driver_sql("DROP INDEX log_of_requests; DROP TABLE audit_judged; DROP TABLE audit_check")
