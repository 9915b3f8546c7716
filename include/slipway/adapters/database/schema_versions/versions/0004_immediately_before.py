# ruff: noqa: INP001 - Alembic reads this folder by path
"""Proofs that count no more, what an attempt's service depends on, and what a release needs to be live first.

Revision ID: 0004
"""

from alembic import op

revision = "0004"
down_revision = "0003"

_STATEMENTS = """
ALTER TABLE proof ADD COLUMN voided_at timestamptz, ADD COLUMN voided_because text;
ALTER TABLE attempt ADD COLUMN depends_on text[] NOT NULL DEFAULT '{}';
ALTER TABLE release ADD COLUMN needs jsonb NOT NULL DEFAULT '[]';
CREATE INDEX deployment_by_environment ON deployment (environment, at);
"""


def upgrade() -> None:
    """Adds them."""
    op.get_bind().exec_driver_sql(_STATEMENTS, execution_options={"no_parameters": True})


def downgrade() -> None:
    """Takes them away; what was decided by them is in the log."""
    op.get_bind().exec_driver_sql(
        "DROP INDEX deployment_by_environment; ALTER TABLE release DROP COLUMN needs;"
        " ALTER TABLE attempt DROP COLUMN depends_on;"
        " ALTER TABLE proof DROP COLUMN voided_at, DROP COLUMN voided_because"
    )
