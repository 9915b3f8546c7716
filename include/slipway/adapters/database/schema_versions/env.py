# ruff: noqa: INP001 - Alembic reads this folder by path
"""Alembic environment of the release database: one connection, handed over by `slipway.adapters.database.schema`."""

from alembic import context

context.configure(connection=context.config.attributes["connection"], transaction_per_migration=True)
with context.begin_transaction():
    context.run_migrations()
