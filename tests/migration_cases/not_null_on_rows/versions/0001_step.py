"""A column is added NOT NULL to a table with rows."""

from alembic import op

revision = "0001"
down_revision = None
reversibility = {"kind": "lossy", "reason": "what is written into it afterwards goes with it"}


def upgrade() -> None:
    op.execute("ALTER TABLE orders ADD COLUMN channel text NOT NULL")


def downgrade() -> None:
    op.execute("ALTER TABLE orders DROP COLUMN channel")
