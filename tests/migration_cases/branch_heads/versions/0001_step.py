"""Two migrations follow none: the way up has two heads."""

from alembic import op

revision = "0001"
down_revision = None
reversibility = {"kind": "reversible", "reason": "the downgrade takes back all of it"}


def upgrade() -> None:
    op.execute("ALTER TABLE orders ADD COLUMN one text")


def downgrade() -> None:
    op.execute("ALTER TABLE orders DROP COLUMN one")
