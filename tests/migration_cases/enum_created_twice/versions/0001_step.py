"""The way back creates an enum type by hand, and again with the table."""

from alembic import op

revision = "0001"
down_revision = None
reversibility = {"kind": "irreversible", "reason": "the settings are gone"}


def upgrade() -> None:
    op.execute("DROP TABLE app_configs")
    op.execute("DROP TYPE scope")


def downgrade() -> None:
    op.execute("CREATE TYPE scope AS ENUM ('user', 'domain')")
    op.execute("CREATE TYPE scope AS ENUM ('user', 'domain')")
    op.execute("CREATE TABLE app_configs (id serial PRIMARY KEY, scope scope)")
