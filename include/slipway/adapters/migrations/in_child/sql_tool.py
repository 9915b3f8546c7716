"""Plain SQL files, one transaction each unless the file's header says `-- no transaction`."""

import re
from collections.abc import Sequence
from pathlib import Path

from sqlalchemy import Connection, inspect, text

from slipway.adapters.migrations.in_child.asked import RefusedHereError
from slipway.adapters.migrations.in_child.statements import statements
from slipway.adapters.migrations.in_child.tools import Step
from slipway.adapters.migrations.sql_files import NO_TRANSACTION, SqlScript, in_transaction, scripts
from slipway.domain.migration_proof import Phase

TABLE = "slipway_migrations"
"""In the service's database: one row for each revision that is applied."""
_CONTROL = re.compile(r"(begin|start\s+transaction|commit|rollback|end|abort)\b(?!\s+to\b)", re.IGNORECASE)
_RECORD = f"INSERT INTO {TABLE} (revision) VALUES (:revision)"  # noqa: S608 - our name
_FORGET = f"DELETE FROM {TABLE} WHERE revision = :revision"  # noqa: S608 - our name


class SqlTool:
    """The artefact carries `migrations/sql/*.sql`."""

    def __init__(self, folder: str, connection: Connection) -> None:
        self._connection = connection
        self._scripts = {script.revision: script for script in scripts(Path(folder))}

    def chain(self) -> Sequence[Step]:
        """In the order of their numbers."""
        return [
            _step(script, before)
            for before, script in zip((None, *self._scripts), self._scripts.values(), strict=False)
        ]

    def applied(self) -> str | None:
        """The highest in our table."""
        try:
            if not inspect(self._connection).has_table(TABLE):
                return None
            rows = self._connection.execute(text(f"SELECT revision FROM {TABLE}")).scalars()  # noqa: S608 - our name
            return max(rows, key=lambda each: (int(each), each), default=None)
        finally:
            self._connection.rollback()

    def up(self, step: Step) -> None:
        """Runs the file, and records it in the same transaction."""
        self._run(self._scripts[step.revision].up, _RECORD, step)

    def down(self, step: Step) -> None:
        """Runs the way down."""
        path = self._scripts[step.revision].down
        assert path is not None, "a step that cannot go back is never asked to"
        self._run(path, _FORGET, step)

    def stamp(self, step: Step, *, applied: bool) -> None:
        """Changes the record alone."""
        with self._connection.begin():
            self._make_table()
            self._connection.execute(text(_RECORD if applied else _FORGET), {"revision": step.revision})

    def _run(self, path: Path, record: str, step: Step) -> None:
        alone = not in_transaction(path)
        pieces = self._pieces(path, alone=alone)
        if alone:
            self._connection.execution_options(isolation_level="AUTOCOMMIT")
        try:
            with self._connection.begin():
                self._make_table()
                for statement in pieces:
                    self._connection.exec_driver_sql(statement, execution_options={"no_parameters": True})
                self._connection.execute(text(record), {"revision": step.revision})
        finally:
            if alone:
                self._connection.execution_options(isolation_level=self._connection.default_isolation_level)

    def _pieces(self, path: Path, *, alone: bool) -> Sequence[str]:
        """PostgreSQL takes a whole file at once, and knows best where its statements end."""
        content, dialect = path.read_text(encoding="utf-8"), self._connection.dialect.name
        found = tuple(statements(content, dialect))
        for statement in found:
            if control := _CONTROL.match(statement):
                raise RefusedHereError(
                    f"{path.name} says {control[0].upper()}: every file has its transaction already. Leave it out, or "
                    f"write `{NO_TRANSACTION}` in the header."
                )
        return found if dialect == "sqlite" or alone else (content,) if found else ()

    def _make_table(self) -> None:
        self._connection.execute(
            text(
                f"CREATE TABLE IF NOT EXISTS {TABLE} (revision varchar(32) PRIMARY KEY,"
                " applied_at timestamp DEFAULT CURRENT_TIMESTAMP NOT NULL)"
            )
        )


def _step(script: SqlScript, before: str | None) -> Step:
    files = [script.up] if script.down is None else [script.up, script.down]
    return Step(
        revision=script.revision,
        follows=(before,) if before else (),
        post=script.phase is Phase.POST,
        in_transaction=all(in_transaction(file) for file in files),
        can_go_back=script.down is not None,
    )
