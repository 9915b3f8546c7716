"""The downgrade makes a table anew and drops the old one with CASCADE: what pointed to it points no more."""

from alembic import op

revision = "0001"
down_revision = None
reversibility = {"kind": "lossy", "reason": "what is written into it afterwards goes with it"}


def upgrade() -> None:
    op.execute("ALTER TABLE stages ADD COLUMN kind text")


def downgrade() -> None:
    op.execute("CREATE TABLE stages_again (id integer, name text)")
    op.execute("INSERT INTO stages_again SELECT id, name FROM stages")
    op.execute("DROP TABLE stages CASCADE")
    op.execute("ALTER TABLE stages_again RENAME TO stages")
    op.execute("ALTER TABLE stages ADD CONSTRAINT stages_pkey PRIMARY KEY (id)")
