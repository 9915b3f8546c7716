"""The table of orders."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
reversibility = {"kind": "lossy", "reason": "the first table: the orders written since go with it"}


def upgrade() -> None:
    """Creates the table, and one for what later downgrades keep aside."""
    op.create_table(
        "orders",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("item", sa.String, nullable=False),
        sa.Column("quantity", sa.Integer, nullable=False),
    )
    op.create_table(
        "orders_kept_aside",
        sa.Column("order_id", sa.Integer, primary_key=True),
        sa.Column("of_column", sa.String, primary_key=True),
        sa.Column("value", sa.String, nullable=False),
    )


def downgrade() -> None:
    """Drops both, orders and all."""
    op.drop_table("orders_kept_aside")
    op.drop_table("orders")
