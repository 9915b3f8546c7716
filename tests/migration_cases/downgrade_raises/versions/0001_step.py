"""The downgrade raises NotImplementedError."""

from alembic import op

revision = "0001"
down_revision = None
reversibility = {"kind": "reversible", "reason": "the downgrade takes back all of it"}


def upgrade() -> None:
    op.execute("ALTER TABLE customers ADD COLUMN nickname text")


def downgrade() -> None:
    raise NotImplementedError
