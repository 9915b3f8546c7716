# ruff: noqa: INP001 - Alembic reads this folder by path
"""What was deployed somewhere lately is found without reading years of it.

Revision ID: 0025
"""

from alembic import op

revision = "0025"
down_revision = "0024"


def upgrade() -> None:
    """Adds the index."""
    op.get_bind().exec_driver_sql("CREATE INDEX deployment_lately ON deployment (environment, at)")


def downgrade() -> None:
    """Takes it away."""
    op.get_bind().exec_driver_sql("DROP INDEX deployment_lately")
