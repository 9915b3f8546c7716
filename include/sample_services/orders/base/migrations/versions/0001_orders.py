"""The table of orders."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
downgrade_is_lossless = False  # the orders go with their table


def upgrade() -> None:
    """Creates the table."""
    op.create_table(
        "orders",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("item", sa.String, nullable=False),
        sa.Column("quantity", sa.Integer, nullable=False),
    )


def downgrade() -> None:
    """Drops it, orders and all."""
    op.drop_table("orders")
