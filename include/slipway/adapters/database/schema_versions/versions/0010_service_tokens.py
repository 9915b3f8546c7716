# ruff: noqa: INP001 - Alembic reads this folder by path
"""Tokens of build pipelines, each for one service, and their requests by key, so that a repeated one is answered alike.

Revision ID: 0010
"""

from alembic import op

revision = "0010"
down_revision = "0009"

_STATEMENTS = """
CREATE TABLE service_token (
    id              bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    service         text NOT NULL,
    hash            text NOT NULL UNIQUE CHECK (hash ~ '^[0-9a-f]{64}$'),
    issued_by       text[] NOT NULL CHECK (cardinality(issued_by) = 2 AND issued_by[1] <> issued_by[2]),
    issued_at       timestamptz NOT NULL DEFAULT now(),
    expires_at      timestamptz NOT NULL,
    revoked_at      timestamptz,
    revoked_by      text,
    revoked_because text
);
CREATE TRIGGER service_token_is_fixed BEFORE UPDATE OF id, service, hash, issued_by, issued_at ON service_token
    FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER service_token_never_lives_longer BEFORE UPDATE ON service_token FOR EACH ROW
    WHEN (NEW.expires_at > OLD.expires_at OR (OLD.revoked_at IS NOT NULL AND NEW.revoked_at IS NULL))
    EXECUTE FUNCTION refuse_change();
CREATE TRIGGER service_token_is_never_removed BEFORE DELETE ON service_token
    FOR EACH ROW EXECUTE FUNCTION refuse_change();

CREATE TABLE keyed_request (
    scope           text NOT NULL,
    key             text NOT NULL,
    body_hash       text NOT NULL,
    answer          jsonb NOT NULL,
    at              timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (scope, key)
);
CREATE TRIGGER keyed_request_is_append_only BEFORE UPDATE OR DELETE ON keyed_request
    FOR EACH ROW EXECUTE FUNCTION refuse_change();
"""


def upgrade() -> None:
    """Creates them."""
    op.get_bind().exec_driver_sql(_STATEMENTS, execution_options={"no_parameters": True})


def downgrade() -> None:
    """Takes them away; who issued and revoked what, and what was asked, is in the log."""
    op.get_bind().exec_driver_sql("DROP TABLE keyed_request; DROP TABLE service_token")
