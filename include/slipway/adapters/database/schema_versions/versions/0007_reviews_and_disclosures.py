# ruff: noqa: INP001 - Alembic reads this folder by path
"""Reviews of what was done in a hurry, and the texts of security releases apart from all that everybody reads.

Revision ID: 0007
"""

from alembic import op

revision = "0007"
down_revision = "0006"

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

CREATE SEQUENCE disclosure_number;
CREATE TABLE disclosure (
    reference           text PRIMARY KEY DEFAULT 'SEC-' || nextval('disclosure_number'),
    service             text NOT NULL,
    summary             text NOT NULL,
    rollback_plan       text NOT NULL,
    salt                text NOT NULL,
    filed_by            text NOT NULL,
    filed_at            timestamptz NOT NULL DEFAULT now(),
    release_id          text UNIQUE REFERENCES release,
    published_at        timestamptz,
    published_by        text,
    published_because   text,
    CHECK ((published_at IS NULL) = (published_by IS NULL))
);
CREATE TRIGGER disclosure_is_fixed BEFORE UPDATE OF reference, service, summary, rollback_plan, salt, filed_by, filed_at
    ON disclosure FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER disclosure_keeps_its_release BEFORE UPDATE OF release_id ON disclosure
    FOR EACH ROW WHEN (OLD.release_id IS NOT NULL) EXECUTE FUNCTION refuse_change();
CREATE TRIGGER disclosure_is_never_removed BEFORE DELETE ON disclosure
    FOR EACH ROW EXECUTE FUNCTION refuse_change();
"""


def upgrade() -> None:
    """Creates them."""
    op.get_bind().exec_driver_sql(_STATEMENTS, execution_options={"no_parameters": True})


def downgrade() -> None:
    """Takes them away; what was opened, closed and published is in the log. Unpublished texts are lost."""
    op.get_bind().exec_driver_sql("DROP TABLE disclosure; DROP SEQUENCE disclosure_number; DROP TABLE review")
