# ruff: noqa: INP001 - Alembic reads this folder by path
"""Whether a waiver's giver could be compared with the authors of the change; of earlier ones nobody kept it.

Revision ID: 0019
"""

from alembic import op

revision = "0019"
down_revision = "0018"


def upgrade() -> None:
    """Those there are count as not compared."""
    op.get_bind().exec_driver_sql(
        "ALTER TABLE migration_waiver ADD COLUMN authors_known boolean NOT NULL DEFAULT false"
    )
    op.get_bind().exec_driver_sql("ALTER TABLE migration_waiver ALTER COLUMN authors_known DROP DEFAULT")


def downgrade() -> None:
    """Takes it away; the log entry of each waiver says it too."""
    op.get_bind().exec_driver_sql("ALTER TABLE migration_waiver DROP COLUMN authors_known")
