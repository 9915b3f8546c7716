"""Alembic's environment for every released service: artefacts carry only `migrations/versions/*.py`."""  # noqa: INP001

from alembic import context

context.configure(
    connection=context.config.attributes["connection"],
    transaction_per_migration=True,
    transactional_ddl=True,  # SQLite too: its connection begins for itself
)
with context.begin_transaction():
    context.run_migrations()
