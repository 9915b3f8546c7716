# ruff: noqa: INP001 - Alembic reads this folder by path
"""What people said of unauthorised changes: who explained one, and who closed it.

Revision ID: 0026
"""

from alembic import op

revision = "0026"
down_revision = "0025"

# No foreign key: it would answer for the log's own triggers when somebody tries to empty it.
_STATEMENTS = """
CREATE TABLE finding_said (
    id              bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    seq             bigint NOT NULL,
    what            text NOT NULL CHECK (what IN ('explained', 'closed')),
    person          text NOT NULL,
    because         text NOT NULL,
    at              timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX finding_said_of ON finding_said (seq, id);
CREATE UNIQUE INDEX finding_is_closed_once ON finding_said (seq) WHERE what = 'closed';

CREATE FUNCTION check_finding_said() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NOT EXISTS (SELECT FROM log WHERE seq = NEW.seq AND kind = 'unauthorised_change') THEN
        RAISE EXCEPTION 'log entry % is no unauthorised change', NEW.seq;
    END IF;
    IF EXISTS (SELECT FROM finding_said WHERE seq = NEW.seq AND what = 'closed') THEN
        RAISE EXCEPTION 'finding % is closed', NEW.seq;
    END IF;
    IF NEW.what = 'closed' AND NOT EXISTS (SELECT FROM finding_said WHERE seq = NEW.seq) THEN
        RAISE EXCEPTION 'finding % was not explained', NEW.seq;
    END IF;
    IF NEW.what = 'closed' AND EXISTS (SELECT FROM finding_said WHERE seq = NEW.seq AND person = NEW.person) THEN
        RAISE EXCEPTION 'finding % was explained by % too', NEW.seq, NEW.person;
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER finding_said_is_in_order BEFORE INSERT ON finding_said
    FOR EACH ROW EXECUTE FUNCTION check_finding_said();
CREATE TRIGGER finding_said_is_append_only BEFORE UPDATE OR DELETE ON finding_said
    FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER finding_said_is_never_emptied BEFORE TRUNCATE ON finding_said
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
"""


def upgrade() -> None:
    """Adds it, empty: of what was found before, nothing was said yet."""
    op.get_bind().exec_driver_sql(_STATEMENTS, execution_options={"no_parameters": True})


def downgrade() -> None:
    """Takes it away; who explained and closed what is in the log."""
    op.get_bind().exec_driver_sql("DROP TABLE finding_said; DROP FUNCTION check_finding_said()")
