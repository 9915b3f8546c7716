"""An index is built concurrently inside a transaction."""

from alembic import op

revision = "0001"
down_revision = None
reversibility = {"kind": "reversible", "reason": "the downgrade takes back all of it"}


def upgrade() -> None:
    op.execute("CREATE INDEX CONCURRENTLY orders_status_idx ON orders (status)")


def downgrade() -> None:
    op.execute("DROP INDEX orders_status_idx")
