"""A partial index comes back without its condition."""

from alembic import op

revision = "0001"
down_revision = None
reversibility = {"kind": "reversible", "reason": "the downgrade takes back all of it"}


def upgrade() -> None:
    op.execute("DROP INDEX orders_new")


def downgrade() -> None:
    op.execute("CREATE INDEX orders_new ON orders (customer_id)")
