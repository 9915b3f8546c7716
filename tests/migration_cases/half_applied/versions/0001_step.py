"""An index is built outside the transaction, then the migration fails: it cannot be repeated."""

from alembic import op

revision = "0001"
down_revision = None
reversibility = {"kind": "reversible", "reason": "the downgrade takes back all of it"}


def upgrade() -> None:
    with op.get_context().autocommit_block():
        op.execute("CREATE INDEX CONCURRENTLY orders_note ON orders (note)")
    op.execute("SELECT 1 / 0")


def downgrade() -> None:
    op.execute("DROP INDEX orders_note")
