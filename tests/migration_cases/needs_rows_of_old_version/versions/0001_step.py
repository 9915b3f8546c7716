"""It fills a column for the rows of today; the old version goes on writing rows without."""

from alembic import op

revision = "0001"
down_revision = None
reversibility = {"kind": "lossy", "reason": "what is written into it afterwards goes with it"}


def upgrade() -> None:
    op.execute("ALTER TABLE customers ADD COLUMN full_name text")
    op.execute("UPDATE customers SET full_name = first_name || ' ' || last_name")
    op.execute("ALTER TABLE customers ALTER full_name SET NOT NULL")


def downgrade() -> None:
    op.execute("ALTER TABLE customers DROP COLUMN full_name")
