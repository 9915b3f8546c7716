"""A check is dropped with the upgrade and never comes back."""

from alembic import op

revision = "0001"
down_revision = None
reversibility = {"kind": "reversible", "reason": "the way back restores everything"}


def upgrade() -> None:
    op.execute("CREATE TABLE stock_again (id INTEGER PRIMARY KEY, quantity INTEGER NOT NULL DEFAULT 1)")
    op.execute("INSERT INTO stock_again SELECT id, quantity FROM stock")
    op.execute("DROP TABLE stock")
    op.execute("ALTER TABLE stock_again RENAME TO stock")


def downgrade() -> None:
    op.execute("CREATE TABLE stock_again (id INTEGER PRIMARY KEY, quantity INTEGER NOT NULL DEFAULT 1)")
    op.execute("INSERT INTO stock_again SELECT id, quantity FROM stock")
    op.execute("DROP TABLE stock")
    op.execute("ALTER TABLE stock_again RENAME TO stock")
