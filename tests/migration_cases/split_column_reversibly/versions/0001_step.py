"""A name is split at its first space and put together again without loss."""

from alembic import op

revision = "0001"
down_revision = None
reversibility = {"kind": "reversible", "reason": "the downgrade takes back all of it"}


def upgrade() -> None:
    op.execute("ALTER TABLE people ADD COLUMN given text, ADD COLUMN rest text")
    op.execute(
        "UPDATE people SET given = split_part(name, ' ', 1), rest = substr(name, strpos(name, ' ') + 1) "
        "WHERE strpos(name, ' ') > 0"
    )
    op.execute("UPDATE people SET given = name WHERE strpos(name, ' ') = 0")
    op.execute("ALTER TABLE people DROP COLUMN name")


def downgrade() -> None:
    op.execute("ALTER TABLE people ADD COLUMN name text")
    op.execute("UPDATE people SET name = nullif(concat_ws(' ', given, rest), '')")
    op.execute("ALTER TABLE people DROP COLUMN given, DROP COLUMN rest")
