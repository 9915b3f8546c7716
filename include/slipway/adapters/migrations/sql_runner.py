"""The artefact carries `migrations/sql/NNNN_name.up.sql` and `.down.sql`."""

from pathlib import Path
from typing import ClassVar

from slipway.adapters.migrations import sql_files
from slipway.adapters.migrations.tool_runner import ToolRunner
from slipway.domain.migration_proof import MigrationFile


class SqlRunner(ToolRunner):
    """Plain SQL files, with a small table of ours in the service's database."""

    tool: ClassVar[str] = "sql"

    def carries_migrations(self, folder: Path) -> bool:
        """Whether there are any files."""
        return bool(sql_files.script_paths(folder))

    def files(self, folder: Path) -> tuple[MigrationFile, ...]:
        """With the declaration of each file's header."""
        return sql_files.migration_files(folder)
