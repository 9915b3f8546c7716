# ruff: noqa: INP001 - Alembic reads this folder by path
"""Who has seen that a potentially problematic version is announced.

Revision ID: 0023
"""

from alembic import op

revision = "0023"
down_revision = "0022"

_STATEMENTS = """
CREATE TABLE acknowledgement (
    release_id      text NOT NULL REFERENCES release,
    version         text NOT NULL,
    person          text NOT NULL,
    person_name     text NOT NULL,
    comment         text NOT NULL DEFAULT '',
    at              timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (release_id, version, person)
);
CREATE TRIGGER acknowledgement_is_append_only BEFORE UPDATE OR DELETE ON acknowledgement
    FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER acknowledgement_is_never_emptied BEFORE TRUNCATE ON acknowledgement
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
"""


def upgrade() -> None:
    """Adds it. What was announced, and who got it, is in the outbox and its deliveries already."""
    op.get_bind().exec_driver_sql(_STATEMENTS, execution_options={"no_parameters": True})


def downgrade() -> None:
    """Takes it away; who acknowledged what is in the log."""
    op.get_bind().exec_driver_sql("DROP TABLE acknowledgement")
