"""A column is renamed: the way back holds, and the version that runs meanwhile breaks."""

from alembic import op

revision = "0001"
down_revision = None
reversibility = {"kind": "reversible", "reason": "the downgrade takes back all of it"}


def upgrade() -> None:
    op.execute("ALTER TABLE customers RENAME COLUMN first_name TO given_name")


def downgrade() -> None:
    op.execute("ALTER TABLE customers RENAME COLUMN given_name TO first_name")
