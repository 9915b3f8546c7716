"""Alembic's environment for every released service: artefacts carry only `migrations/versions/*.py`."""  # noqa: INP001

from alembic import context

settings = context.config.attributes
context.configure(
    connection=settings["connection"],
    transaction_per_migration=True,
    on_version_apply=settings["on_version_apply"],
)
with context.begin_transaction():
    context.run_migrations()
