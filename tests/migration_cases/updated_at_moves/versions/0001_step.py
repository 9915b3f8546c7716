"""A back-fill fires the trigger that dates each row: the dates are lost."""

from alembic import op

revision = "0001"
down_revision = None
reversibility = {"kind": "reversible", "reason": "the downgrade takes back all of it"}


def upgrade() -> None:
    op.execute("""UPDATE customers SET settings = settings || '{"v": 2}'""")


def downgrade() -> None:
    op.execute("UPDATE customers SET settings = settings - 'v'")
