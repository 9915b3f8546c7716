"""A function is replaced, and the downgrade leaves the new one."""

from alembic import op

revision = "0001"
down_revision = None
reversibility = {"kind": "reversible", "reason": "the downgrade takes back all of it"}


def upgrade() -> None:
    op.execute(
        "CREATE OR REPLACE FUNCTION tidy_email() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN NEW.email "
        "= lower(NEW.email); RETURN NEW; END $$"
    )


def downgrade() -> None:
    pass
