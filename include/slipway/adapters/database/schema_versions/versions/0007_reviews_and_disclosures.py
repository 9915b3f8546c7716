# ruff: noqa: INP001 - Alembic reads this folder by path
"""Reviews of what was done in a hurry, and the texts of security releases apart from all that everybody reads.

Revision ID: 0007
"""

from alembic import op

revision = "0007"
down_revision = "0005"

_STATEMENTS = """
CREATE TABLE review (
    id              bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    kind            text NOT NULL CHECK (kind IN ('emergency', 'security', 'break_glass')),
    about           text NOT NULL,
    release_id      text REFERENCES release,
    service         text,
    opened_by       text NOT NULL,
    opened_at       timestamptz NOT NULL DEFAULT now(),
    overdue_at      timestamptz,
    closed_at       timestamptz,
    closed_by       text,
    closed_because  text,
    CHECK ((closed_at IS NULL) = (closed_by IS NULL))
);
CREATE INDEX review_open ON review (id) WHERE closed_at IS NULL;
CREATE TRIGGER review_is_fixed BEFORE UPDATE OF id, kind, about, release_id, service, opened_by, opened_at
    ON review FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER review_is_never_reopened BEFORE UPDATE ON review
    FOR EACH ROW WHEN (OLD.closed_at IS NOT NULL) EXECUTE FUNCTION refuse_change();
CREATE TRIGGER review_is_never_removed BEFORE DELETE ON review FOR EACH ROW EXECUTE FUNCTION refuse_change();
"""


def upgrade() -> None:
    """Creates them."""
    op.get_bind().exec_driver_sql(_STATEMENTS, execution_options={"no_parameters": True})


def downgrade() -> None:
    """Takes them away; what was opened and closed is in the log."""
    op.get_bind().exec_driver_sql("DROP TABLE review")
