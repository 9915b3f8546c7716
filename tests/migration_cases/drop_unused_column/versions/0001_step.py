"""A column that the deployed version does not use is dropped, declared irreversible."""

from alembic import op

revision = "0001"
down_revision = None
reversibility = {"kind": "irreversible", "reason": "the notes are gone"}


def upgrade() -> None:
    op.execute("ALTER TABLE orders DROP COLUMN note")


def downgrade() -> None:
    op.execute("ALTER TABLE orders ADD COLUMN note text")
