"""NOT NULL is dropped and put back: that fails once a row has no value."""

from alembic import op

revision = "0001"
down_revision = None
reversibility = {"kind": "reversible", "reason": "the downgrade takes back all of it"}


def upgrade() -> None:
    op.execute("ALTER TABLE customers ALTER last_name DROP NOT NULL")


def downgrade() -> None:
    op.execute("ALTER TABLE customers ALTER last_name SET NOT NULL")
