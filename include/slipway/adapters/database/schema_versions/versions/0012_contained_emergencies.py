# ruff: noqa: INP001 - Alembic reads this folder by path
"""What is known of each attempt's version and the emergencies that went live before it.

Revision ID: 0012
"""

from alembic import op

revision = "0012"
down_revision = "0011"

_STATEMENTS = """
CREATE TABLE containment (
    attempt_id   text NOT NULL REFERENCES attempt,
    emergency    text NOT NULL REFERENCES release,
    version      text NOT NULL,
    declared_by  text,
    answer       text NOT NULL DEFAULT 'unknown' CHECK (answer IN ('contained', 'not_contained', 'unknown')),
    source       text NOT NULL DEFAULT '',
    because      text NOT NULL DEFAULT '',
    PRIMARY KEY (attempt_id, emergency, version)
);
CREATE TRIGGER declaration_stays BEFORE UPDATE OF attempt_id, emergency, version, declared_by ON containment
    FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER containment_is_never_removed BEFORE DELETE ON containment
    FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE INDEX deployment_of_attempt ON deployment (attempt_id);
"""


def upgrade() -> None:
    """Adds it."""
    op.get_bind().exec_driver_sql(_STATEMENTS, execution_options={"no_parameters": True})


def downgrade() -> None:
    """Takes it away; what was declared and what was found is in the log."""
    op.get_bind().exec_driver_sql("DROP INDEX deployment_of_attempt; DROP TABLE containment")
