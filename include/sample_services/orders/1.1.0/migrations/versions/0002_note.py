"""A note on each order. The version before goes on working: it neither reads nor writes the column."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
reversibility = {
    "kind": "reversible",
    "reason": "the notes are kept aside, and come back with the next upgrade",
}


def upgrade() -> None:
    """Adds the column, and the notes that an earlier downgrade kept."""
    op.add_column("orders", sa.Column("note", sa.String, nullable=True))
    op.execute(
        "UPDATE orders SET note = (SELECT value FROM orders_kept_aside k WHERE k.order_id = orders.id"
        " AND k.of_column = 'note') WHERE id IN (SELECT order_id FROM orders_kept_aside WHERE of_column = 'note')"
    )
    op.execute("DELETE FROM orders_kept_aside WHERE of_column = 'note'")


def downgrade() -> None:
    """Keeps the notes aside, then drops the column."""
    op.execute(
        "INSERT INTO orders_kept_aside (order_id, of_column, value)"
        " SELECT id, 'note', note FROM orders WHERE note IS NOT NULL"
    )
    op.drop_column("orders", "note")
