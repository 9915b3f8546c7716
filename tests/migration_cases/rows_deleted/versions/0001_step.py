"""Rows are deleted for good, and the author says so."""

from alembic import op

revision = "0001"
down_revision = None
reversibility = {"kind": "irreversible", "reason": "the entries are gone"}


def upgrade() -> None:
    op.execute("DELETE FROM audit_log WHERE said LIKE 'entry 1%'")


def downgrade() -> None:
    pass
