"""Alembic's batch mode makes the table anew: check, collation, trigger and AUTOINCREMENT are gone."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
reversibility = {"kind": "lossy", "reason": "what is written into it afterwards goes with it"}


def upgrade() -> None:
    with op.batch_alter_table("customers", recreate="always") as batch:
        batch.add_column(sa.Column("nickname", sa.Text))


def downgrade() -> None:
    with op.batch_alter_table("customers", recreate="always") as batch:
        batch.drop_column("nickname")
