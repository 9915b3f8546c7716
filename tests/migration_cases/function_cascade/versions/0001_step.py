"""The downgrade drops a function with CASCADE and makes it again: its trigger is gone."""

from alembic import op

revision = "0001"
down_revision = None
reversibility = {"kind": "reversible", "reason": "the downgrade takes back all of it"}


def upgrade() -> None:
    op.execute(
        "CREATE OR REPLACE FUNCTION tidy_email() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN NEW.email "
        "= lower(btrim(NEW.email)); RETURN NEW; END $$"
    )


def downgrade() -> None:
    op.execute("DROP FUNCTION tidy_email() CASCADE")
    op.execute(
        "CREATE FUNCTION tidy_email() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN NEW.email = "
        "btrim(NEW.email); RETURN NEW; END $$"
    )
