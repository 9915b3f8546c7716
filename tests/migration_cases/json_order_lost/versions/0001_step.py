"""json becomes jsonb and json again: the order of its keys and what stood twice are gone."""

from alembic import op

revision = "0001"
down_revision = None
reversibility = {"kind": "reversible", "reason": "the downgrade takes back all of it"}


def upgrade() -> None:
    op.execute("ALTER TABLE forms ALTER doc TYPE jsonb")


def downgrade() -> None:
    op.execute("ALTER TABLE forms ALTER doc TYPE json")
