"""It works on an empty database only: rows that are there repeat."""

from alembic import op

revision = "0001"
down_revision = None
reversibility = {"kind": "reversible", "reason": "the downgrade takes back all of it"}


def upgrade() -> None:
    op.execute("CREATE UNIQUE INDEX audit_log_said_key ON audit_log (said)")


def downgrade() -> None:
    op.execute("DROP INDEX audit_log_said_key")
