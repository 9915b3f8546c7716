# ruff: noqa: INP001 - Alembic reads this folder by path
"""Who owns which service becomes part of the policy; proposals; the catalogue as it was seen on disk.

Revision ID: 0005
"""

from alembic import op

revision = "0005"
down_revision = "0004"

_STATEMENTS = """
ALTER TABLE policy ADD COLUMN services jsonb NOT NULL DEFAULT '{}', ADD COLUMN reason text NOT NULL DEFAULT '';

CREATE TABLE policy_proposal (
    id              bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    digest          text NOT NULL,
    governed        jsonb NOT NULL,
    differences     text[] NOT NULL,
    compared_with   bigint NOT NULL REFERENCES policy,
    proposed_by     text NOT NULL,
    proposed_at     timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX policy_proposal_by_digest ON policy_proposal (digest, id DESC);

CREATE TABLE catalogue_seen (
    id              bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    digest          text NOT NULL,
    governed        jsonb NOT NULL,
    seen_at         timestamptz NOT NULL DEFAULT now()
);

CREATE TRIGGER policy_proposal_is_append_only BEFORE UPDATE OR DELETE ON policy_proposal
    FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER policy_proposal_is_never_emptied BEFORE TRUNCATE ON policy_proposal
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER catalogue_seen_is_append_only BEFORE UPDATE OR DELETE ON catalogue_seen
    FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER catalogue_seen_is_never_emptied BEFORE TRUNCATE ON catalogue_seen
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
"""


def upgrade() -> None:
    """Adds them. Services have no owner in effect until the next activation: none goes past Dev before it."""
    op.get_bind().exec_driver_sql(_STATEMENTS, execution_options={"no_parameters": True})


def downgrade() -> None:
    """Takes them away; who proposed and activated what is in the log."""
    op.get_bind().exec_driver_sql(
        "DROP TABLE catalogue_seen; DROP TABLE policy_proposal;"
        " ALTER TABLE policy DROP COLUMN services, DROP COLUMN reason"
    )
