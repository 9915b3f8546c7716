# ruff: noqa: INP001 - Alembic reads this folder by path
"""Acts that wait for a second person, quarantined activities, and holds that are absolute or end by themselves.

Revision ID: 0003
"""

from alembic import op

revision = "0003"
down_revision = "0002"

_STATEMENTS = """
CREATE TABLE pending_act (
    id          bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    action      text NOT NULL,
    parameters  jsonb NOT NULL,
    reason      text NOT NULL,
    first       text NOT NULL,
    state       text NOT NULL DEFAULT 'waiting' CHECK (state IN ('waiting', 'effective', 'expired')),
    asked_at    timestamptz NOT NULL DEFAULT now(),
    expires_at  timestamptz NOT NULL,
    second      text,
    ended_at    timestamptz,
    result      text NOT NULL DEFAULT '',
    CHECK (first <> second),
    CHECK ((state = 'effective') = (second IS NOT NULL)),
    CHECK ((state = 'waiting') = (ended_at IS NULL))
);
CREATE UNIQUE INDEX one_waiting_act_of_a_kind ON pending_act (action, parameters) WHERE state = 'waiting';
CREATE TRIGGER pending_act_is_fixed BEFORE UPDATE OF id, action, parameters, reason, first, asked_at, expires_at
    ON pending_act FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER pending_act_is_never_removed BEFORE DELETE ON pending_act
    FOR EACH ROW EXECUTE FUNCTION refuse_change();

CREATE TABLE quarantine (
    activity_id text PRIMARY KEY REFERENCES activity,
    service     text NOT NULL,
    environment text NOT NULL,
    by          text NOT NULL,
    reason      text NOT NULL,
    at          timestamptz NOT NULL DEFAULT now(),
    asked_at    timestamptz NOT NULL DEFAULT now(),
    ended_at    timestamptz
);
CREATE INDEX quarantine_standing ON quarantine (service, environment) WHERE ended_at IS NULL;

CREATE FUNCTION refuse_freeing_over_a_quarantine() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT FROM activity a
               WHERE a.attempt_id = OLD.attempt_id AND a.role = OLD.role AND a.state = 'quarantined') THEN
        RAISE EXCEPTION 'an activity of % % is quarantined: its service stays locked', OLD.attempt_id, OLD.role;
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER service_lease_outlives_a_quarantine BEFORE UPDATE OF freed_at ON service_lease
    FOR EACH ROW WHEN (OLD.freed_at IS NULL AND NEW.freed_at IS NOT NULL)
    EXECUTE FUNCTION refuse_freeing_over_a_quarantine();

ALTER TABLE hold
    ADD COLUMN absolute boolean NOT NULL DEFAULT false,
    ADD COLUMN ends_with_release boolean NOT NULL DEFAULT false,
    ADD COLUMN ended_at timestamptz,
    ADD COLUMN ended_because text;
-- Holds placed by a failure in Prod always bound emergencies; holds of people with `--during` end with that release.
UPDATE hold h SET ends_with_release = p.during IS NOT NULL, absolute = p.during IS NULL
FROM (SELECT (payload::jsonb ->> 'hold')::bigint AS id, payload::jsonb ->> 'during' AS during
      FROM log WHERE kind = 'hold_placed') p
WHERE p.id = h.id AND h.exempt_release IS NOT NULL;
"""


def upgrade() -> None:
    """Creates them."""
    op.get_bind().exec_driver_sql(_STATEMENTS, execution_options={"no_parameters": True})


def downgrade() -> None:
    """Takes them away; what was asked, agreed and ended is in the log."""
    op.get_bind().exec_driver_sql(
        """
        ALTER TABLE hold DROP COLUMN absolute, DROP COLUMN ends_with_release, DROP COLUMN ended_at,
            DROP COLUMN ended_because;
        DROP TRIGGER service_lease_outlives_a_quarantine ON service_lease;
        DROP FUNCTION refuse_freeing_over_a_quarantine();
        DROP TABLE quarantine;
        DROP TABLE pending_act;
        """
    )
