# ruff: noqa: INP001 - Alembic reads this folder by path
"""Changes that are made outside, under a permit: what they are, and the act itself.

Revision ID: 0009
"""

from alembic import op

revision = "0009"
down_revision = "0008"

_STATEMENTS = """
ALTER TABLE release ADD COLUMN change jsonb;
CREATE TRIGGER what_was_approved_is_fixed BEFORE UPDATE OF change ON release
    FOR EACH ROW EXECUTE FUNCTION refuse_change();
ALTER TABLE activity DROP CONSTRAINT activity_kind_check,
    ADD CONSTRAINT activity_kind_check CHECK (kind IN ('migrate', 'deploy', 'undo', 'act'));
"""


def upgrade() -> None:
    """Adds them."""
    op.get_bind().exec_driver_sql(_STATEMENTS, execution_options={"no_parameters": True})


def downgrade() -> None:
    """Takes them away, unless somebody acted under a permit: that is not forgotten."""
    op.get_bind().exec_driver_sql(
        "ALTER TABLE activity DROP CONSTRAINT activity_kind_check,"
        " ADD CONSTRAINT activity_kind_check CHECK (kind IN ('migrate', 'deploy', 'undo'));"
        " DROP TRIGGER what_was_approved_is_fixed ON release; ALTER TABLE release DROP COLUMN change"
    )
