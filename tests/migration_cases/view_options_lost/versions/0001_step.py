"""A view is made anew without its security barrier."""

from alembic import op

revision = "0001"
down_revision = None
reversibility = {"kind": "reversible", "reason": "the downgrade takes back all of it"}


def upgrade() -> None:
    op.execute("DROP VIEW open_orders")
    op.execute("CREATE VIEW open_orders AS SELECT id, customer_id, quantity FROM orders WHERE status = 'new'")
    op.execute("ALTER VIEW open_orders SET (security_barrier = true)")
    op.execute("GRANT SELECT ON open_orders TO rehearsal_reader")


def downgrade() -> None:
    op.execute("DROP VIEW open_orders")
    op.execute("CREATE VIEW open_orders AS SELECT id, customer_id, quantity FROM orders WHERE status = 'new'")
    op.execute("GRANT SELECT ON open_orders TO rehearsal_reader")
