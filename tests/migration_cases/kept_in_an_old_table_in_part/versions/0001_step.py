"""The downgrade keeps only short remarks; what is longer does not come back."""

from alembic import op

revision = "0001"
down_revision = None
reversibility = {"kind": "reversible", "reason": "the downgrade keeps the remarks aside"}


def upgrade() -> None:
    op.execute("ALTER TABLE orders ADD COLUMN remark text")
    op.execute(
        "UPDATE orders SET remark = (SELECT value FROM kept_aside WHERE order_id = orders.id AND of_column = 'remark')"
    )
    op.execute("DELETE FROM kept_aside WHERE of_column = 'remark'")


def downgrade() -> None:
    op.execute("INSERT INTO kept_aside SELECT id, 'remark', remark FROM orders WHERE length(remark) < 2")
    op.execute("ALTER TABLE orders DROP COLUMN remark")
