"""The artefact carries `migrations/versions/*.py` and nothing else of Alembic."""

from pathlib import Path
from typing import ClassVar

from slipway.adapters.migrations import alembic_files
from slipway.adapters.migrations.tool_runner import ToolRunner
from slipway.domain.migration_proof import MigrationFile


class AlembicRunner(ToolRunner):
    """Alembic's migrations, with an environment of ours."""

    tool: ClassVar[str] = "alembic"

    def carries_migrations(self, folder: Path) -> bool:
        """Whether there are any files."""
        return bool(alembic_files.script_paths(folder))

    def files(self, folder: Path) -> tuple[MigrationFile, ...]:
        """By syntax tree, without importing."""
        return alembic_files.migration_files(folder)
