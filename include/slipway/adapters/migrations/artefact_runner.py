"""Chooses the tool by what the artefact carries."""

from collections.abc import Sequence
from pathlib import Path

from slipway.adapters.migrations.alembic_runner import AlembicRunner
from slipway.adapters.migrations.sql_runner import SqlRunner
from slipway.adapters.migrations.tool_runner import ToolRunner
from slipway.domain.errors import ServiceMigrationError
from slipway.domain.migration_proof import MigrationFile
from slipway.ports.outside.migrations import MigrationOrder, MigrationState

TOOLS: Sequence[ToolRunner] = (AlembicRunner(), SqlRunner())
"""To add one: a runner here, and its tool in `in_child/tools.py`."""


class ArtefactRunner:
    """Every tool there is."""

    def carries_migrations(self, folder: Path) -> bool:
        """Whether the artefact has migrations of any tool."""
        return self._tool(folder) is not None

    def files(self, folder: Path) -> tuple[MigrationFile, ...]:
        """As its tool reads them."""
        tool = self._tool(folder)
        return tool.files(folder) if tool else ()

    def state(self, order: MigrationOrder) -> MigrationState:
        """As its tool says."""
        return self._for(order).state(order)

    def upgrade(self, order: MigrationOrder) -> MigrationState:
        """As its tool does."""
        return self._for(order).upgrade(order)

    def downgrade(self, order: MigrationOrder, to: str | None) -> MigrationState:
        """As its tool does."""
        return self._for(order).downgrade(order, to)

    def lossless(self, order: MigrationOrder, back_to: str | None) -> bool:
        """As its files say."""
        return self._for(order).lossless(order, back_to)

    def _for(self, order: MigrationOrder) -> ToolRunner:
        return self._tool(order.folder) or TOOLS[0]

    def _tool(self, folder: Path) -> ToolRunner | None:
        found = [tool for tool in TOOLS if tool.carries_migrations(folder)]
        if len(found) > 1:
            names = " and ".join(tool.tool for tool in found)
            raise ServiceMigrationError(
                f"The artefact carries migrations of two tools, {names}: which come first is not known. Keep one kind."
            )
        return found[0] if found else None
