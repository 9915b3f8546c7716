"""The downgrade raises, and the author says so."""

from alembic import op

revision = "0001"
down_revision = None
reversibility = {"kind": "irreversible", "reason": "nobody wrote a way back"}


def upgrade() -> None:
    op.execute("ALTER TABLE customers ADD COLUMN nickname text")


def downgrade() -> None:
    raise NotImplementedError
