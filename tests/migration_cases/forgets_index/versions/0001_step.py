"""The downgrade brings a column back without its index."""

from alembic import op

revision = "0001"
down_revision = None
reversibility = {"kind": "lossy", "reason": "the buyer is new"}


def upgrade() -> None:
    op.execute("ALTER TABLE orders ADD COLUMN buyer_id integer")
    op.execute("DROP INDEX orders_customer_id_idx")


def downgrade() -> None:
    op.execute("ALTER TABLE orders DROP COLUMN buyer_id")
