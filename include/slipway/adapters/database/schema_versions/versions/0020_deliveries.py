# ruff: noqa: INP001 - Alembic reads this folder by path
"""Each message by each way that it goes, the threads of releases, and which ways are down.

Revision ID: 0020
"""

from alembic import op

revision = "0020"
down_revision = "0019"

_STATEMENTS = """
ALTER TABLE outbox ADD COLUMN release_id text, ADD COLUMN headline text;
ALTER TABLE outbox RENAME COLUMN sent_at TO routed_at;
ALTER TABLE outbox DROP COLUMN tries, DROP COLUMN last_error;
ALTER INDEX outbox_unsent RENAME TO outbox_not_routed;

CREATE TABLE delivery (
    message_id      bigint NOT NULL REFERENCES outbox,
    way             text NOT NULL,
    due_at          timestamptz NOT NULL DEFAULT now(),
    tries           integer NOT NULL DEFAULT 0,
    refusals        integer NOT NULL DEFAULT 0,
    in_doubt_since  timestamptz,
    problem         text,
    ended_at        timestamptz,
    outcome         text CHECK (outcome IN ('delivered', 'given_up', 'rerouted')),
    PRIMARY KEY (message_id, way),
    CHECK ((ended_at IS NULL) = (outcome IS NULL))
);
CREATE INDEX delivery_open ON delivery (way, message_id) WHERE ended_at IS NULL;

CREATE TABLE message_thread (
    release_id      text NOT NULL,
    way             text NOT NULL,
    place           jsonb NOT NULL,
    headline        text,
    shown           text,
    PRIMARY KEY (release_id, way)
);
CREATE INDEX message_thread_behind ON message_thread (way) WHERE headline IS DISTINCT FROM shown;

CREATE TABLE message_way (
    way             text PRIMARY KEY,
    failures        integer NOT NULL DEFAULT 0,
    down_since      timestamptz,
    paused_until    timestamptz NOT NULL DEFAULT now(),
    problem         text
);
"""
_BACK = """
DROP TABLE message_way; DROP TABLE message_thread; DROP TABLE delivery;
ALTER INDEX outbox_not_routed RENAME TO outbox_unsent;
ALTER TABLE outbox ADD COLUMN tries integer NOT NULL DEFAULT 0, ADD COLUMN last_error text;
ALTER TABLE outbox RENAME COLUMN routed_at TO sent_at;
ALTER TABLE outbox DROP COLUMN headline, DROP COLUMN release_id;
"""


def upgrade() -> None:
    """Creates them; what was not sent yet is sent by the ways that the policy names."""
    op.get_bind().exec_driver_sql(_STATEMENTS, execution_options={"no_parameters": True})


def downgrade() -> None:
    """Takes them away. What was on its way and not delivered is not sent any more: it stays readable in the outbox."""
    op.get_bind().exec_driver_sql(_BACK, execution_options={"no_parameters": True})
