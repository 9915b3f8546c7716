"""Two migrations follow none: the way up has two heads."""

from alembic import op

revision = "0002"
down_revision = None
reversibility = {"kind": "lossy", "reason": "new"}


def upgrade() -> None:
    op.execute("ALTER TABLE orders ADD COLUMN two text")


def downgrade() -> None:
    op.execute("ALTER TABLE orders DROP COLUMN two")
