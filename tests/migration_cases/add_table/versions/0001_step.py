"""A table is added; it is lost on the way back even while it is empty."""

from alembic import op

revision = "0001"
down_revision = None
reversibility = {"kind": "lossy", "reason": "what is written into it afterwards goes with it"}


def upgrade() -> None:
    op.execute(
        "CREATE TABLE loyalty (id serial PRIMARY KEY, customer_id integer NOT NULL REFERENCES customers,"
        " points integer NOT NULL)"
    )


def downgrade() -> None:
    op.execute("DROP TABLE loyalty")
