"""The downgrade keeps the new remarks in a table that was there before; the next upgrade takes them up again."""

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
    op.execute("INSERT INTO kept_aside SELECT id, 'remark', remark FROM orders WHERE remark IS NOT NULL")
    op.execute("ALTER TABLE orders DROP COLUMN remark")
