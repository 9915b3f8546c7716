"""A trigger is dropped for a back-fill and never comes back."""

from alembic import op

revision = "0001"
down_revision = None
reversibility = {"kind": "reversible", "reason": "the way back restores everything"}


def upgrade() -> None:
    op.execute("DROP TRIGGER IF EXISTS customers_gone")


def downgrade() -> None:
    pass
