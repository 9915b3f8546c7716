"""Drops the notes at once, as a release must not: the version that runs still writes them, and they do not come back.

How it is done: docs/how-to/write-a-reversible-migration.md, "Drop a column".
"""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
reversibility = {"kind": "irreversible", "reason": "the notes are dropped, and nothing keeps them"}


def upgrade() -> None:
    """Drops the column, and what was kept of it."""
    op.drop_column("orders", "note")
    op.execute("DELETE FROM orders_kept_aside WHERE of_column = 'note'")


def downgrade() -> None:
    """Brings the column back, empty."""
    op.add_column("orders", sa.Column("note", sa.String, nullable=True))
