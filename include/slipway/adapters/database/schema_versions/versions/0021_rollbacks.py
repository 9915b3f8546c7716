# ruff: noqa: INP001 - Alembic reads this folder by path
"""Rollbacks that people ask for, and their reviews.

Revision ID: 0021
"""

from alembic import op

revision = "0021"
down_revision = "0020"

_STATEMENTS = """
ALTER TABLE release ADD COLUMN rollback jsonb;
CREATE TRIGGER a_rollback_is_fixed BEFORE UPDATE OF rollback ON release
    FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE INDEX release_rolled_back ON release ((rollback ->> 'from_attempt')) WHERE rollback IS NOT NULL;
CREATE INDEX attempt_by_end ON attempt (ended_at);
ALTER TABLE review DROP CONSTRAINT review_kind_check,
    ADD CONSTRAINT review_kind_check
    CHECK (kind IN ('emergency', 'security', 'break_glass', 'rollback', 'rollback_alone'));
"""


def upgrade() -> None:
    """Adds them."""
    op.get_bind().exec_driver_sql(_STATEMENTS, execution_options={"no_parameters": True})


def downgrade() -> None:
    """Takes them away, unless a rollback is under review: that is not forgotten."""
    op.get_bind().exec_driver_sql(
        "ALTER TABLE review DROP CONSTRAINT review_kind_check,"
        " ADD CONSTRAINT review_kind_check CHECK (kind IN ('emergency', 'security', 'break_glass'));"
        " DROP INDEX attempt_by_end; DROP TRIGGER a_rollback_is_fixed ON release;"
        " ALTER TABLE release DROP COLUMN rollback"
    )
