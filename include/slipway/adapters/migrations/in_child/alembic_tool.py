"""Alembic, one revision at a time, with an environment of ours."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from alembic.config import Config
from alembic.runtime.environment import EnvironmentContext
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection

from slipway.adapters.migrations.alembic_files import POST
from slipway.adapters.migrations.in_child.asked import RefusedHereError
from slipway.adapters.migrations.in_child.tools import Step
from slipway.domain.migration_proof import FindingCode

_ENVIRONMENT = Path(__file__).parents[1] / "environment"


class AlembicTool:
    """The artefact carries `migrations/versions/*.py`."""

    def __init__(self, folder: str, connection: Connection) -> None:
        self._connection = connection
        self._config = Config()
        self._config.set_main_option("script_location", _escaped(_ENVIRONMENT))
        self._config.set_main_option("version_locations", _escaped(Path(folder) / "migrations" / "versions"))
        self._config.set_main_option("path_separator", "newline")
        self._config.attributes["connection"] = connection
        self._script = ScriptDirectory.from_config(self._config)

    def chain(self) -> Sequence[Step]:
        """All revisions below the one head."""
        heads = self._script.get_heads()
        if len(heads) > 1:
            raise RefusedHereError(
                f"The artefact's migrations have several heads ({', '.join(sorted(heads))}): put one after the other.",
                code=FindingCode.SEVERAL_HEADS,
            )
        return [_step(each) for each in self._script.walk_revisions()][::-1]

    def applied(self) -> str | None:
        """From `alembic_version`."""
        heads = MigrationContext.configure(self._connection).get_current_heads()
        self._connection.rollback()
        if len(heads) > 1:
            raise RefusedHereError(
                f"The database has several heads ({', '.join(sorted(heads))}); merge them first.",
                code=FindingCode.SEVERAL_HEADS,
            )
        return heads[0] if heads else None

    def up(self, step: Step) -> None:
        """As `alembic upgrade` would, to this revision."""
        self._run(lambda at, _: self._script._upgrade_revs(step.revision, at))  # noqa: SLF001 - as alembic.command

    def down(self, step: Step) -> None:
        """As `alembic downgrade` would, to the revision before this one."""
        self._run(lambda at, _: self._script._downgrade_revs(_before(step), at))  # noqa: SLF001 - as alembic.command

    def stamp(self, step: Step, *, applied: bool) -> None:
        """As `alembic stamp` would."""
        to = step.revision if applied else _before(step)
        self._run(lambda at, _: self._script._stamp_revs(to, at))  # noqa: SLF001 - as alembic.command

    def _run(self, steps: Callable[[Any, Any], Any]) -> None:
        with EnvironmentContext(self._config, self._script, fn=steps, as_sql=False):
            self._script.run_env()


def _step(revision: Any) -> Step:
    path = Path(revision.path)
    down = revision.down_revision
    return Step(
        revision=revision.revision,
        follows=(down,) if isinstance(down, str) else tuple(down or ()),
        post=path.stem.endswith(POST),
        in_transaction="autocommit_block" not in path.read_text(encoding="utf-8"),
    )


def _before(step: Step) -> str:
    return step.follows[0] if step.follows else "base"


def _escaped(path: Path) -> str:
    return str(path).replace("%", "%%")
