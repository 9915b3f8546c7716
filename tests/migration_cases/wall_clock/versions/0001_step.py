"""It writes the time of the migration into old rows; the downgrade takes it out again."""

from alembic import op

revision = "0001"
down_revision = None
reversibility = {"kind": "reversible", "reason": "the downgrade takes back all of it"}


def upgrade() -> None:
    op.execute("UPDATE customers SET settings = settings || jsonb_build_object('seen', clock_timestamp())")


def downgrade() -> None:
    op.execute("UPDATE customers SET settings = settings - 'seen'")
