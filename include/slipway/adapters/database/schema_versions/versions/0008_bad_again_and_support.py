# ruff: noqa: INP001 - Alembic reads this folder by path
"""Why an attempt tries a version that is marked bad; second line's support; who is around a release.

Revision ID: 0008
"""

from alembic import op

revision = "0008"
down_revision = "0007"

_STATEMENTS = """
ALTER TABLE attempt ADD COLUMN bad_again_because text, ADD COLUMN bad_again_by text,
    ADD CHECK ((bad_again_because IS NULL) = (bad_again_by IS NULL));
CREATE TRIGGER bad_version_is_append_only BEFORE UPDATE OR DELETE ON bad_version
    FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER bad_version_is_never_emptied BEFORE TRUNCATE ON bad_version
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

CREATE TABLE support (
    id              bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    service         text NOT NULL,
    begins          timestamptz NOT NULL,
    ends            timestamptz NOT NULL,
    reason          text NOT NULL,
    booked_by       text NOT NULL,
    booked_at       timestamptz NOT NULL DEFAULT now(),
    accepted_at     timestamptz,
    accepted_by     text,
    waived_at       timestamptz,
    waived_by       text,
    waived_because  text,
    CHECK (begins < ends),
    CHECK ((accepted_at IS NULL) = (accepted_by IS NULL)),
    CHECK ((waived_at IS NULL) = (waived_by IS NULL))
);
CREATE TRIGGER support_is_fixed BEFORE UPDATE OF id, service, begins, ends, reason, booked_by, booked_at
    ON support FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER support_is_never_removed BEFORE DELETE ON support FOR EACH ROW EXECUTE FUNCTION refuse_change();

ALTER TABLE release ADD COLUMN for_team text, ADD COLUMN attended_by text,
    ADD COLUMN support bigint REFERENCES support;
-- Both were kept unread, as JSON texts inside of JSON.
UPDATE release SET for_team = trim('"' FROM extra ->> 'for_team'), attended_by = trim('"' FROM extra ->> 'attended_by');
"""


def upgrade() -> None:
    """Adds them. A mark stays for ever."""
    op.get_bind().exec_driver_sql(_STATEMENTS, execution_options={"no_parameters": True})


def downgrade() -> None:
    """Takes them away; who had what tried again, and who booked and accepted what, is in the log."""
    op.get_bind().exec_driver_sql(
        "DROP TRIGGER bad_version_is_append_only ON bad_version;"
        " DROP TRIGGER bad_version_is_never_emptied ON bad_version;"
        " ALTER TABLE attempt DROP COLUMN bad_again_because, DROP COLUMN bad_again_by;"
        " ALTER TABLE release DROP COLUMN for_team, DROP COLUMN attended_by, DROP COLUMN support;"
        " DROP TABLE support"
    )
