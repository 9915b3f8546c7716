"""A table is made anew by copying: its sequence starts at one."""

from alembic import op

revision = "0001"
down_revision = None
reversibility = {"kind": "lossy", "reason": "what is written into it afterwards goes with it"}


def upgrade() -> None:
    op.execute("ALTER TABLE tickets ADD COLUMN kind text")


def downgrade() -> None:
    op.execute("CREATE TABLE tickets_again (id serial PRIMARY KEY, title text)")
    op.execute("INSERT INTO tickets_again SELECT id, title FROM tickets")
    op.execute("DROP TABLE tickets")
    op.execute("ALTER TABLE tickets_again RENAME TO tickets")
    op.execute("ALTER SEQUENCE tickets_again_id_seq RENAME TO tickets_id_seq")
    op.execute("ALTER INDEX tickets_again_pkey RENAME TO tickets_pkey")
