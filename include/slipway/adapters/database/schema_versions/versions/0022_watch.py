# ruff: noqa: INP001 - Alembic reads this folder by path
"""What was seen of live while it was watched, the verdict on it, and by when all answers are due.

Revision ID: 0022
"""

from alembic import op

revision = "0022"
down_revision = "0021"

_STATEMENTS = """
ALTER TABLE stage ADD COLUMN watch_began_at timestamptz, ADD COLUMN attend_until timestamptz;
ALTER TABLE stage ADD COLUMN watched text CHECK (watched IN ('pass', 'fail', 'unknown'));
ALTER TABLE stage ADD COLUMN judged text CHECK (judged IN ('pass', 'fail'));

CREATE TABLE watch_sample (
    attempt_id      text NOT NULL,
    role            text NOT NULL,
    check_name      text NOT NULL,
    at              timestamptz NOT NULL,
    value           jsonb,
    alerts          jsonb NOT NULL DEFAULT '[]',
    problem         text NOT NULL DEFAULT '',
    noted_at        timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (attempt_id, role, check_name, at),
    FOREIGN KEY (attempt_id, role) REFERENCES stage
);
CREATE TRIGGER watch_sample_was_seen BEFORE UPDATE ON watch_sample
    FOR EACH ROW WHEN (OLD.problem = '') EXECUTE FUNCTION refuse_change();
CREATE TRIGGER watch_sample_is_never_removed BEFORE DELETE ON watch_sample
    FOR EACH ROW EXECUTE FUNCTION refuse_change();
"""


def upgrade() -> None:
    """Adds them. A look that saw nothing may be made good later; one that saw something stays as it is."""
    op.get_bind().exec_driver_sql(_STATEMENTS, execution_options={"no_parameters": True})


def downgrade() -> None:
    """Takes them away; each verdict, with what it rests on, is in the log."""
    op.get_bind().exec_driver_sql(
        "DROP TABLE watch_sample; ALTER TABLE stage DROP COLUMN judged, DROP COLUMN watched,"
        " DROP COLUMN attend_until, DROP COLUMN watch_began_at"
    )
