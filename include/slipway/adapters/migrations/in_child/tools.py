"""What a migration tool must be able to do, one migration at a time; a line for each tool."""

import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from sqlalchemy import Connection

from slipway.adapters.migrations.in_child.asked import Asked


@dataclass(frozen=True, kw_only=True)
class Step:
    """One migration of the artefact."""

    revision: str
    follows: tuple[str, ...]
    post: bool
    in_transaction: bool
    """Both ways: whether a failure undoes all of it."""
    can_go_back: bool = True


class Tool(Protocol):
    """Runs single migrations on the connection that it was made for."""

    def chain(self) -> Sequence[Step]:
        """All migrations of the artefact, oldest first. Raises RefusedHereError on several heads."""

    def applied(self) -> str | None:
        """What the database says is applied; leaves no transaction open. Raises RefusedHereError."""

    def up(self, step: Step) -> None:
        """Applies one and commits."""

    def down(self, step: Step) -> None:
        """Takes one back and commits."""

    def stamp(self, step: Step, *, applied: bool) -> None:
        """Records the one that is next as applied, or the last as not applied, without running anything."""


Make = Callable[[str, Connection], Tool]


def make_tool(asked: Asked, connection: Connection) -> Tool:
    """The tool that the job names. From then on nothing compiled is kept: the artefact's folder stays as verified."""
    tool = _TOOLS[asked.tool]()
    sys.dont_write_bytecode = True
    return tool(asked.folder, connection)


def _alembic() -> Make:
    from slipway.adapters.migrations.in_child.alembic_tool import AlembicTool  # noqa: PLC0415 - one tool a run

    return AlembicTool


def _sql() -> Make:
    from slipway.adapters.migrations.in_child.sql_tool import SqlTool  # noqa: PLC0415 - one tool a run

    return SqlTool


_TOOLS: Mapping[str, Callable[[], Make]] = {"alembic": _alembic, "sql": _sql}
