"""It fills a column for the rows of today; the old version goes on writing rows without."""

from alembic import op

revision = "0001"
down_revision = None
reversibility = {"kind": "lossy", "reason": "what is written into it afterwards goes with it"}


def upgrade() -> None:
    op.execute("ALTER TABLE customers ADD COLUMN full_name TEXT")
    op.execute("UPDATE customers SET full_name = first_name || ' ' || last_name")
    op.execute(
        "CREATE TRIGGER customers_named BEFORE INSERT ON customers WHEN NEW.full_name IS NULL"
        " BEGIN SELECT RAISE(ABORT, 'full_name is missing'); END"
    )


def downgrade() -> None:
    op.execute("DROP TRIGGER customers_named")
    op.execute("ALTER TABLE customers DROP COLUMN full_name")
