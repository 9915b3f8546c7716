"""The downgrade keeps the new notes in a table that the next upgrade takes up again."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
reversibility = {"kind": "reversible", "reason": "the downgrade takes back all of it"}


def upgrade() -> None:
    op.execute("ALTER TABLE orders ADD COLUMN remark text")
    if sa.inspect(op.get_bind()).has_table("orders_kept"):
        op.execute("UPDATE orders SET remark = kept.remark FROM orders_kept kept WHERE kept.id = orders.id")
        op.execute("DROP TABLE orders_kept")


def downgrade() -> None:
    op.execute("CREATE TABLE orders_kept AS SELECT id, remark FROM orders WHERE remark IS NOT NULL")
    op.execute("ALTER TABLE orders DROP COLUMN remark")
