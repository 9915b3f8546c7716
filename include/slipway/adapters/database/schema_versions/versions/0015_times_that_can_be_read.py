# ruff: noqa: INP001 - Alembic reads this folder by path
"""A time that somebody gives can be read again: one that Python has no date for would hide every row beside it.

Revision ID: 0015
"""

from alembic import op

revision = "0015"
down_revision = "0014"

_FIRST, _LAST = "timestamptz '2000-01-01 00:00:00+00'", "timestamptz '2100-01-01 00:00:00+00'"
_STATEMENTS = f"""
UPDATE hold SET until = least(greatest(until, {_FIRST}), {_LAST})
    WHERE NOT until BETWEEN {_FIRST} AND {_LAST};
ALTER TABLE hold ADD CONSTRAINT its_end_can_be_read CHECK (until BETWEEN {_FIRST} AND {_LAST});
ALTER TABLE support DISABLE TRIGGER support_is_fixed;
UPDATE support SET begins = least(greatest(begins, {_FIRST}), {_LAST} - interval '1 second')
    WHERE NOT begins BETWEEN {_FIRST} AND {_LAST} - interval '1 second';
UPDATE support SET ends = greatest(least(ends, {_LAST}), begins + interval '1 second')
    WHERE NOT ends BETWEEN begins + interval '1 second' AND {_LAST};
ALTER TABLE support ENABLE TRIGGER support_is_fixed;
ALTER TABLE support ADD CONSTRAINT its_times_can_be_read CHECK (begins >= {_FIRST} AND ends <= {_LAST});
"""  # noqa: S608 - our own words


def upgrade() -> None:
    """Moves what nobody could read to the nearest time that can be, and lets no other in."""
    op.get_bind().exec_driver_sql(_STATEMENTS, execution_options={"no_parameters": True})


def downgrade() -> None:
    """Lets every time in again."""
    op.get_bind().exec_driver_sql(
        "ALTER TABLE hold DROP CONSTRAINT its_end_can_be_read;"
        " ALTER TABLE support DROP CONSTRAINT its_times_can_be_read"
    )
