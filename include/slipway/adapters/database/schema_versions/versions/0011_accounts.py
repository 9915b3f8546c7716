# ruff: noqa: INP001 - Alembic reads this folder by path
"""Which people Airflow's accounts follow, so that an activation is seen to have reached them.

Revision ID: 0011
"""

from alembic import op

revision = "0011"
down_revision = "0010"

_STATEMENTS = """
CREATE TABLE account_sync (
    id      bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    people  text NOT NULL,
    at      timestamptz NOT NULL DEFAULT now()
);
"""


def upgrade() -> None:
    """Adds it; the accounts are brought up to date once, and then remembered."""
    op.get_bind().exec_driver_sql(_STATEMENTS, execution_options={"no_parameters": True})


def downgrade() -> None:
    """Takes it away; what was changed is in the log."""
    op.get_bind().exec_driver_sql("DROP TABLE account_sync")
