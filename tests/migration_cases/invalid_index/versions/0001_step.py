"""A concurrent build fails, the migration goes on, and an invalid index stays."""

import contextlib

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
reversibility = {"kind": "reversible", "reason": "the downgrade takes back all of it"}


def upgrade() -> None:
    with op.get_context().autocommit_block(), contextlib.suppress(sa.exc.IntegrityError):
        op.execute("CREATE UNIQUE INDEX CONCURRENTLY IF NOT EXISTS audit_log_said ON audit_log (said)")


def downgrade() -> None:
    op.execute("DROP INDEX IF EXISTS audit_log_said")
