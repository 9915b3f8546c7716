# ruff: noqa: INP001 - Alembic reads this folder by path
"""Refused runs are found by their name, however long the log is; what came from a mirror is remembered.

The log itself is untouched: the index is over what its entries say.

Revision ID: 0014
"""

from alembic import op

revision = "0014"
down_revision = "0013"

_STATEMENTS = """
CREATE FUNCTION run_named_in(payload text) RETURNS text LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE AS $$
BEGIN
    RETURN jsonb_build_array(payload::jsonb -> 'dag_id', payload::jsonb -> 'run_id')::text;
EXCEPTION WHEN data_exception THEN
    RETURN NULL;  -- an entry is written whatever is in it
END
$$;
CREATE INDEX log_by_refused_run ON log USING hash (run_named_in(payload)) WHERE kind = 'release_refused';

CREATE TABLE mirrored_copy (
    id          bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    service     text NOT NULL,
    version     text NOT NULL,
    digest      text NOT NULL,
    source      text NOT NULL,
    at          timestamptz NOT NULL DEFAULT now(),
    asked_at    timestamptz,
    missing     text,
    differs     text,
    UNIQUE (service, version, digest)
);
CREATE INDEX mirrored_copy_not_compared ON mirrored_copy (at) WHERE differs IS NULL;
CREATE INDEX mirrored_copy_by_digest ON mirrored_copy (service, digest);
CREATE TRIGGER mirrored_copy_is_fixed BEFORE UPDATE OF id, service, version, digest, source, at ON mirrored_copy
    FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER mirrored_copy_was_compared BEFORE UPDATE ON mirrored_copy
    FOR EACH ROW WHEN (OLD.differs IS NOT NULL) EXECUTE FUNCTION refuse_change();
CREATE TRIGGER mirrored_copy_is_never_removed BEFORE DELETE ON mirrored_copy
    FOR EACH ROW EXECUTE FUNCTION refuse_change();
"""


def upgrade() -> None:
    """Adds both; the index is by hash, since names have no length that PostgreSQL could rely on."""
    op.get_bind().exec_driver_sql(_STATEMENTS, execution_options={"no_parameters": True})


def downgrade() -> None:
    """Takes them away; entries are looked for one by one then, and what differs is in the log."""
    op.get_bind().exec_driver_sql(
        "DROP TABLE mirrored_copy; DROP INDEX log_by_refused_run; DROP FUNCTION run_named_in(text)"
    )
