# ruff: noqa: INP001 - Alembic reads this folder by path
"""The first schema of the release database.

Revision ID: 0001
"""

from pathlib import Path

from alembic import op

revision = "0001"
down_revision = None


def upgrade() -> None:
    """Creates tables, the log's triggers and the guards."""
    statements = Path(__file__).with_suffix(".sql").read_text()
    op.get_bind().exec_driver_sql(statements, execution_options={"no_parameters": True})


def downgrade() -> None:
    """Refused: it would destroy the log."""
    raise RuntimeError("the first schema cannot be taken back: the release log would be lost")
