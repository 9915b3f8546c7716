# ruff: noqa: INP001 - Alembic reads this folder by path
"""What rehearsals of services' migrations showed, which stages rest on which, and who waived what.

Revision ID: 0016
"""

from alembic import op

revision = "0016"
down_revision = "0015"

_STATEMENTS = """
CREATE TABLE migration_proof (
    id              text PRIMARY KEY,
    service         text NOT NULL,
    environment     text NOT NULL,
    version         text,
    digest          text NOT NULL,
    migrations_hash text NOT NULL,
    from_revision   text,
    catalogue_hash  text NOT NULL,
    old_version     text,
    old_digest      text,
    verdict         text NOT NULL,
    record          jsonb NOT NULL,
    proven_at       timestamptz NOT NULL
);
CREATE INDEX migration_proof_of_service ON migration_proof (service, environment, proven_at DESC);

CREATE TABLE migration_check (
    id              bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    attempt_id      text NOT NULL,
    role            text NOT NULL,
    proof_id        text REFERENCES migration_proof,
    detail          text NOT NULL,
    at              timestamptz NOT NULL DEFAULT now(),
    FOREIGN KEY (attempt_id, role) REFERENCES stage
);
CREATE INDEX migration_check_of_stage ON migration_check (attempt_id, role, id DESC);

CREATE TABLE migration_waiver (
    id              bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    proof_id        text NOT NULL REFERENCES migration_proof,
    code            text NOT NULL,
    by              text NOT NULL,
    reason          text NOT NULL CHECK (reason <> ''),
    backup          text,
    restored_at     timestamptz,
    runbook         text,
    window_begins   timestamptz,
    window_ends     timestamptz,
    at              timestamptz NOT NULL DEFAULT now(),
    expires_at      timestamptz NOT NULL,
    CHECK (expires_at > at),
    CHECK (window_ends > window_begins),
    CONSTRAINT its_times_can_be_read CHECK (
        least(restored_at, window_begins, expires_at) >= timestamptz '2000-01-01 00:00:00+00'
        AND greatest(restored_at, window_ends, expires_at) <= timestamptz '2100-01-01 00:00:00+00')
);
CREATE INDEX migration_waiver_of_proof ON migration_waiver (proof_id, id);

CREATE TRIGGER migration_proof_is_append_only BEFORE UPDATE OR DELETE ON migration_proof
    FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER migration_check_is_append_only BEFORE UPDATE OR DELETE ON migration_check
    FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER migration_waiver_is_append_only BEFORE UPDATE OR DELETE ON migration_waiver
    FOR EACH ROW EXECUTE FUNCTION refuse_change();
"""


def upgrade() -> None:
    """Creates them."""
    op.get_bind().exec_driver_sql(_STATEMENTS, execution_options={"no_parameters": True})


def downgrade() -> None:
    """Takes them away; the verdicts, and who waived what, are in the log."""
    op.get_bind().exec_driver_sql("DROP TABLE migration_waiver; DROP TABLE migration_check; DROP TABLE migration_proof")
