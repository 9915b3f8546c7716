"""A table is dropped, its enum type stays, and the next upgrade cannot create it."""

from alembic import op

revision = "0001"
down_revision = None
reversibility = {"kind": "lossy", "reason": "what is written into it afterwards goes with it"}


def upgrade() -> None:
    op.execute("CREATE TYPE tier AS ENUM ('gold', 'silver')")
    op.execute("CREATE TABLE loyalty (id serial PRIMARY KEY, tier tier NOT NULL)")


def downgrade() -> None:
    op.execute("DROP TABLE loyalty")
