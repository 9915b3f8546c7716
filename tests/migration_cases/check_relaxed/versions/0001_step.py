"""A check is dropped and put back: that fails once a row breaks it."""

from alembic import op

revision = "0001"
down_revision = None
reversibility = {"kind": "reversible", "reason": "the downgrade takes back all of it"}


def upgrade() -> None:
    op.execute("ALTER TABLE customers DROP CONSTRAINT customers_balance_check")


def downgrade() -> None:
    op.execute("ALTER TABLE customers ADD CONSTRAINT customers_balance_check CHECK (balance >= -1000)")
