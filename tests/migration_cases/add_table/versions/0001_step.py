"""A table is added; it is lost on the way back even while it is empty."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
reversibility = {"kind": "lossy", "reason": "what is written into it afterwards goes with it"}


def upgrade() -> None:
    op.create_table(
        "loyalty",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("customer_id", sa.Integer, sa.ForeignKey("customers.id"), nullable=False),
        sa.Column("points", sa.Integer, nullable=False),
    )


def downgrade() -> None:
    op.drop_table("loyalty")
