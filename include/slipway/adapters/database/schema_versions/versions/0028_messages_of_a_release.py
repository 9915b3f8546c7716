# ruff: noqa: INP001 - Alembic reads this folder by path
"""What was told of a release is found without reading years of messages.

Revision ID: 0028
"""

from alembic import op

revision = "0028"
down_revision = "0027"


def upgrade() -> None:
    """Adds the index."""
    op.get_bind().exec_driver_sql("CREATE INDEX outbox_of_release ON outbox (release_id, id)")


def downgrade() -> None:
    """Takes it away."""
    op.get_bind().exec_driver_sql("DROP INDEX outbox_of_release")
