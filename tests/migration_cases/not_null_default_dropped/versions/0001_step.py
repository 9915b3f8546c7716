"""A column is added NOT NULL with a default that is dropped at once: the old version's inserts fail."""

from alembic import op

revision = "0001"
down_revision = None
reversibility = {"kind": "lossy", "reason": "what is written into it afterwards goes with it"}


def upgrade() -> None:
    op.execute("ALTER TABLE orders ADD COLUMN channel text NOT NULL DEFAULT 'web'")
    op.execute("ALTER TABLE orders ALTER channel DROP DEFAULT")


def downgrade() -> None:
    op.execute("ALTER TABLE orders DROP COLUMN channel")
