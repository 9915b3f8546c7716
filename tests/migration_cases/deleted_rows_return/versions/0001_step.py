"""Rows are copied aside on the way up and put back on the way down: what was deleted since is there again."""

from alembic import op

revision = "0001"
down_revision = None
reversibility = {"kind": "reversible", "reason": "the way back restores everything"}


def upgrade() -> None:
    op.execute("INSERT INTO entries_aside SELECT id, said FROM entries")
    op.execute("DELETE FROM entries WHERE said = 'two'")


def downgrade() -> None:
    op.execute("INSERT INTO entries SELECT id, said FROM entries_aside WHERE id NOT IN (SELECT id FROM entries)")
    op.execute("DELETE FROM entries_aside")
