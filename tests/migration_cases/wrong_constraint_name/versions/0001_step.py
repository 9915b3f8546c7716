"""The downgrade drops a constraint of another name, IF EXISTS: nothing happens."""

from alembic import op

revision = "0001"
down_revision = None
reversibility = {"kind": "reversible", "reason": "the downgrade takes back all of it"}


def upgrade() -> None:
    op.execute("ALTER TABLE orders ADD CONSTRAINT orders_quantity_positive CHECK (quantity > 0)")


def downgrade() -> None:
    op.execute("ALTER TABLE orders DROP CONSTRAINT IF EXISTS quantity_positive")
