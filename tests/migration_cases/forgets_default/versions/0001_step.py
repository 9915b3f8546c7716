"""A default is dropped and never comes back."""

from alembic import op

revision = "0001"
down_revision = None
reversibility = {"kind": "reversible", "reason": "the downgrade takes back all of it"}


def upgrade() -> None:
    op.execute("ALTER TABLE orders ALTER quantity SET DEFAULT 2")


def downgrade() -> None:
    op.execute("ALTER TABLE orders ALTER quantity DROP DEFAULT")
