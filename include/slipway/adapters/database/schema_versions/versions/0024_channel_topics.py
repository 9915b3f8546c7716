# ruff: noqa: INP001 - Alembic reads this folder by path
"""What stood in a channel's topic before holds were written into it.

Revision ID: 0024
"""

from alembic import op

revision = "0024"
down_revision = "0023"


def upgrade() -> None:
    """Adds it."""
    op.get_bind().exec_driver_sql(
        "CREATE TABLE channel_topic (way text PRIMARY KEY, before text NOT NULL, holds text NOT NULL)"
    )


def downgrade() -> None:
    """Takes it away: what stood there before is forgotten, so nobody restores it."""
    op.get_bind().exec_driver_sql("DROP TABLE channel_topic")
