# ruff: noqa: INP001 - Alembic reads this folder by path
"""Which turn ended because an urgent one took the lane over, and why; where a release is proven instead of Preprod.

Revision ID: 0006
"""

from alembic import op

revision = "0006"
down_revision = "0005"

_STATEMENTS = """
ALTER TABLE turn ADD COLUMN overtaken_by bigint REFERENCES turn, ADD COLUMN overtaken_because text;
ALTER TABLE turn ADD CONSTRAINT overtaken_is_freed CHECK (overtaken_by IS NULL OR state = 'freed');
ALTER TABLE turn ADD CONSTRAINT overtaken_says_why CHECK ((overtaken_by IS NULL) = (overtaken_because IS NULL));
CREATE INDEX turn_overtaken_by ON turn (overtaken_by) WHERE overtaken_by IS NOT NULL;
CREATE INDEX activity_by_stage ON activity (attempt_id, role);
ALTER TABLE release ADD COLUMN proof_in text;
"""


def upgrade() -> None:
    """Adds them."""
    op.get_bind().exec_driver_sql(_STATEMENTS, execution_options={"no_parameters": True})


def downgrade() -> None:
    """Takes them away; who overtook whom, and where what was proven, is in the log."""
    op.get_bind().exec_driver_sql(
        "ALTER TABLE release DROP COLUMN proof_in; DROP INDEX activity_by_stage;"
        " ALTER TABLE turn DROP COLUMN overtaken_by, DROP COLUMN overtaken_because"
    )
