# ruff: noqa: INP001 - Alembic reads this folder by path
"""For whom Airflow was opened by break-glass, until when, and who agreed.

Revision ID: 0013
"""

from alembic import op

revision = "0013"
down_revision = "0012"

_STATEMENTS = """
CREATE TABLE break_glass (
    id              bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    person          text NOT NULL,
    reason          text NOT NULL,
    asked_by        text NOT NULL,
    activated_by    text NOT NULL,
    opened_at       timestamptz NOT NULL DEFAULT now(),
    until           timestamptz NOT NULL,
    review          bigint NOT NULL REFERENCES review,
    closed_at       timestamptz,
    closed_by       text,
    closed_because  text,
    CONSTRAINT two_people_opened_it CHECK (asked_by <> activated_by),
    CONSTRAINT nobody_activates_it_for_themselves CHECK (person <> activated_by),
    CONSTRAINT for_an_hour_at_most CHECK (until > opened_at AND until <= opened_at + interval '60 minutes'),
    CONSTRAINT closed_by_somebody CHECK ((closed_at IS NULL) = (closed_by IS NULL))
);
CREATE UNIQUE INDEX one_break_glass_at_a_time ON break_glass ((true)) WHERE closed_at IS NULL;
CREATE TRIGGER break_glass_is_fixed
    BEFORE UPDATE OF id, person, reason, asked_by, activated_by, opened_at, until, review
    ON break_glass FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER break_glass_is_never_reopened BEFORE UPDATE ON break_glass
    FOR EACH ROW WHEN (OLD.closed_at IS NOT NULL) EXECUTE FUNCTION refuse_change();
CREATE TRIGGER break_glass_is_never_removed BEFORE DELETE ON break_glass
    FOR EACH ROW EXECUTE FUNCTION refuse_change();
"""


def upgrade() -> None:
    """Adds it: off, as there is no row."""
    op.get_bind().exec_driver_sql(_STATEMENTS, execution_options={"no_parameters": True})


def downgrade() -> None:
    """Takes it away; who was given what, and by whom, is in the log. Accounts follow at the next sync."""
    op.get_bind().exec_driver_sql("DROP TABLE break_glass")
