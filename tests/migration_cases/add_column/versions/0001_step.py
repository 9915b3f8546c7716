"""A nullable column is added."""

from alembic import op

revision = "0001"
down_revision = None
reversibility = {"kind": "lossy", "reason": "what is written into it afterwards goes with it"}


def upgrade() -> None:
    op.execute("ALTER TABLE customers ADD COLUMN nickname text")


def downgrade() -> None:
    op.execute("ALTER TABLE customers DROP COLUMN nickname")
