# ruff: noqa: INP001 - Alembic reads this folder by path
"""When the log was last told that nobody knows what came of an activity, so that it is told once in a while.

Revision ID: 0018
"""

from alembic import op

revision = "0018"
down_revision = "0017"


def upgrade() -> None:
    """Nothing was told yet."""
    op.get_bind().exec_driver_sql("ALTER TABLE activity ADD COLUMN silence_told_at timestamptz")


def downgrade() -> None:
    """Takes it away; what was told is in the log."""
    op.get_bind().exec_driver_sql("ALTER TABLE activity DROP COLUMN silence_told_at")
