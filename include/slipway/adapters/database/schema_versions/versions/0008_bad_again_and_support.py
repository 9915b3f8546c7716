# ruff: noqa: INP001 - Alembic reads this folder by path
"""Why an attempt tries a version that is marked bad.

Revision ID: 0008
"""

from alembic import op

revision = "0008"
down_revision = "0007"

_STATEMENTS = """
ALTER TABLE attempt ADD COLUMN bad_again_because text, ADD COLUMN bad_again_by text,
    ADD CHECK ((bad_again_because IS NULL) = (bad_again_by IS NULL));
CREATE TRIGGER bad_version_is_append_only BEFORE UPDATE OR DELETE ON bad_version
    FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER bad_version_is_never_emptied BEFORE TRUNCATE ON bad_version
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
"""


def upgrade() -> None:
    """Adds it. A mark stays for ever."""
    op.get_bind().exec_driver_sql(_STATEMENTS, execution_options={"no_parameters": True})


def downgrade() -> None:
    """Takes it away; who had what tried again is in the log."""
    op.get_bind().exec_driver_sql(
        "DROP TRIGGER bad_version_is_append_only ON bad_version;"
        " DROP TRIGGER bad_version_is_never_emptied ON bad_version;"
        " ALTER TABLE attempt DROP COLUMN bad_again_because, DROP COLUMN bad_again_by"
    )
