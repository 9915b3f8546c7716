# ruff: noqa: INP001 - Alembic reads this folder by path
"""Where each service's database stands, and the earliest version that its schema still serves.

Revision ID: 0017
"""

from alembic import op

revision = "0017"
down_revision = "0016"

_STATEMENTS = """
CREATE TABLE schema_state (
    id              bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    service         text NOT NULL,
    environment     text NOT NULL,
    revision        text,
    attempt_id      text NOT NULL REFERENCES attempt,
    version         text NOT NULL,
    serves_version  text,
    serves_digest   text,
    proof_id        text REFERENCES migration_proof,
    at              timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX schema_state_newest ON schema_state (service, environment, id DESC);
CREATE TRIGGER schema_state_is_append_only BEFORE UPDATE OR DELETE ON schema_state
    FOR EACH ROW EXECUTE FUNCTION refuse_change();
"""


def upgrade() -> None:
    """Creates them."""
    op.get_bind().exec_driver_sql(_STATEMENTS, execution_options={"no_parameters": True})


def downgrade() -> None:
    """Takes them away; each migration that ran is in the log."""
    op.get_bind().exec_driver_sql("DROP TABLE schema_state")
