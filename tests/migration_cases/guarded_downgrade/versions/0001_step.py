"""The downgrade refuses while rows of the new form exist, and says so beforehand."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
reversibility = {"kind": "conditional", "reason": "orders of the new form cannot be kept"}


def upgrade() -> None:
    op.execute("ALTER TABLE orders ADD COLUMN format text NOT NULL DEFAULT 'plain'")


def downgrade() -> None:
    new = "SELECT count(*) FROM orders WHERE format <> 'plain'"
    if op.get_bind().execute(sa.text(new)).scalar():
        raise RuntimeError("cannot downgrade while orders of the new form exist")
    op.execute("ALTER TABLE orders DROP COLUMN format")
