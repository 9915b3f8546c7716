"""A column in use is dropped; the downgrade brings it back empty."""

from alembic import op

revision = "0001"
down_revision = None
reversibility = {"kind": "irreversible", "reason": "the numbers are gone"}


def upgrade() -> None:
    op.execute("ALTER TABLE customers DROP COLUMN phone")


def downgrade() -> None:
    op.execute("ALTER TABLE customers ADD COLUMN phone text")
