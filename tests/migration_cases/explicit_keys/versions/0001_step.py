"""A migration inserts a row with a key of its own: the sequence will give the same."""

from alembic import op

revision = "0001"
down_revision = None
reversibility = {"kind": "reversible", "reason": "the downgrade takes back all of it"}


def upgrade() -> None:
    op.execute(
        "INSERT INTO customers (id, first_name, last_name, email) VALUES (41, 'House', 'Account', 'house@shop.example')"
    )


def downgrade() -> None:
    op.execute("DELETE FROM customers WHERE id = 41")
