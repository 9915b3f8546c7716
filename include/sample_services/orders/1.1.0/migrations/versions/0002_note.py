"""A note on each order. The version before goes on working: it neither reads nor writes the column."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
downgrade_is_lossless = True  # the notes are kept aside, and come back with the next upgrade


def upgrade() -> None:
    """Adds the column, and the notes that an earlier downgrade kept."""
    op.add_column("orders", sa.Column("note", sa.String, nullable=True))
    if sa.inspect(op.get_bind()).has_table("orders_kept_notes"):
        op.execute("UPDATE orders SET note = kept.note FROM orders_kept_notes kept WHERE kept.order_id = orders.id")
        op.drop_table("orders_kept_notes")


def downgrade() -> None:
    """Keeps the notes aside, then drops the column."""
    op.execute("CREATE TABLE orders_kept_notes AS SELECT id AS order_id, note FROM orders WHERE note IS NOT NULL")
    op.drop_column("orders", "note")
