# ruff: noqa: INP001 - Alembic reads this folder by path
"""A manager has nobody asked to confirm a service in live, for a time.

Revision ID: 0027
"""

from alembic import op

revision = "0027"
down_revision = "0026"

_STATEMENTS = """
CREATE TABLE confirmation_waiver (
    id              bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    service         text NOT NULL,
    given_by        text NOT NULL,
    given_at        timestamptz NOT NULL DEFAULT now(),
    expires_at      timestamptz NOT NULL,
    reason          text NOT NULL,
    ended_at        timestamptz,
    ended_by        text,
    ended_because   text,
    CHECK (given_at < expires_at),
    CHECK ((ended_at IS NULL) = (ended_by IS NULL)),
    CHECK ((ended_at IS NULL) = (ended_because IS NULL))
);
CREATE INDEX confirmation_waiver_of ON confirmation_waiver (service, expires_at);
CREATE TRIGGER confirmation_waiver_is_fixed BEFORE UPDATE OF id, service, given_by, given_at, expires_at, reason
    ON confirmation_waiver FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER confirmation_waiver_is_never_removed BEFORE DELETE ON confirmation_waiver
    FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER confirmation_waiver_is_never_emptied BEFORE TRUNCATE ON confirmation_waiver
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

ALTER TABLE stage ADD COLUMN confirmation_waiver bigint REFERENCES confirmation_waiver;
ALTER TABLE stage DROP CONSTRAINT stage_confirmed_check;
ALTER TABLE stage ADD CONSTRAINT stage_confirmed_check CHECK (confirmed IN ('pass', 'fail', 'waived'));
ALTER TABLE stage ADD CHECK (confirmed IS DISTINCT FROM 'waived' OR confirmation_waiver IS NOT NULL);
"""
_BACK = """
ALTER TABLE stage DROP COLUMN confirmation_waiver;
UPDATE stage SET confirmed = NULL WHERE confirmed = 'waived';
ALTER TABLE stage DROP CONSTRAINT stage_confirmed_check;
ALTER TABLE stage ADD CONSTRAINT stage_confirmed_check CHECK (confirmed IN ('pass', 'fail'));
DROP TABLE confirmation_waiver;
"""


def upgrade() -> None:
    """Adds it, empty: of every service that is live somebody was asked."""
    op.get_bind().exec_driver_sql(_STATEMENTS, execution_options={"no_parameters": True})


def downgrade() -> None:
    """Takes it away; who was not asked, and on whose word, is in the log."""
    op.get_bind().exec_driver_sql(_BACK, execution_options={"no_parameters": True})
