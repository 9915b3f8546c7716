"""A table is renamed: the way back holds, and the version that runs meanwhile breaks."""

from alembic import op

revision = "0001"
down_revision = None
reversibility = {"kind": "reversible", "reason": "the way back restores everything"}


def upgrade() -> None:
    op.execute("ALTER TABLE audit_log RENAME TO journal")


def downgrade() -> None:
    op.execute("ALTER TABLE journal RENAME TO audit_log")
