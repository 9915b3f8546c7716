"""It writes the time of the migration into old rows; the downgrade takes it out again."""

from alembic import op

revision = "0001"
down_revision = None
reversibility = {"kind": "reversible", "reason": "the way back restores everything"}


def upgrade() -> None:
    op.execute("UPDATE orders SET note = note || '@' || strftime('%Y-%m-%d %H:%M:%f', 'now')")


def downgrade() -> None:
    op.execute("UPDATE orders SET note = substr(note, 1, instr(note, '@') - 1)")
