"""Alembic, one revision at a time, with an environment of ours.

What there is and what is applied is told without importing any file of the artefact: before its permit, none of its
code runs beside the URL of an environment's database."""

from collections.abc import Callable, Sequence
from functools import cached_property
from pathlib import Path
from typing import Any

from alembic.config import Config
from alembic.runtime.environment import EnvironmentContext
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection

from slipway.adapters.migrations.alembic_files import Script, follows_nothing, scripts
from slipway.adapters.migrations.in_child.asked import RefusedHereError
from slipway.adapters.migrations.in_child.tools import Step
from slipway.domain.migration_proof import FindingCode, Phase

_ENVIRONMENT = Path(__file__).parents[1] / "environment"


class AlembicTool:
    """The artefact carries `migrations/versions/*.py`."""

    def __init__(self, folder: str, connection: Connection) -> None:
        self._connection = connection
        self._folder = Path(folder)
        self._config = Config()
        self._config.set_main_option("script_location", _escaped(_ENVIRONMENT))
        self._config.set_main_option("version_locations", _escaped(Path(folder) / "migrations" / "versions"))
        self._config.set_main_option("path_separator", "newline")
        self._config.attributes["connection"] = connection

    def chain(self) -> Sequence[Step]:
        """All revisions below the one head."""
        found = scripts(self._folder)
        followed = {name for one in found for name in one.follows}
        known = {one.revision for one in found}
        if lost := [follows_nothing(one, strays) for one in found if (strays := set(one.follows) - known)]:
            raise RefusedHereError(" ".join(lost))
        heads = sorted(one.revision for one in found if one.revision not in followed)
        if len(heads) > 1:
            raise RefusedHereError(
                f"The artefact's migrations have several heads ({', '.join(heads)}): put one after the other.",
                code=FindingCode.SEVERAL_HEADS,
            )
        return [_step(one) for one in found]

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

    @cached_property
    def _script(self) -> ScriptDirectory:
        """Imports every file. Raises RefusedHereError where one is something else when run than when read."""
        script = ScriptDirectory.from_config(self._config)
        run = {each.revision: _names(each.down_revision) for each in script.walk_revisions()}
        read = {one.revision: one.follows for one in scripts(self._folder)}
        if run != read:
            named = ", ".join(sorted(name for name in run.keys() | read.keys() if run.get(name) != read.get(name)))
            raise RefusedHereError(
                f"{named} follows something else when its file is run than when it is read: write revision and "
                "down_revision out, once, at the top level."
            )
        return script

    def _run(self, steps: Callable[[Any, Any], Any]) -> None:
        with EnvironmentContext(self._config, self._script, fn=steps, as_sql=False):
            self._script.run_env()


def _step(script: Script) -> Step:
    return Step(
        revision=script.revision,
        follows=script.follows,
        post=script.phase is Phase.POST,
        in_transaction="autocommit_block" not in script.path.read_text(encoding="utf-8"),
    )


def _names(down: Any) -> tuple[str, ...]:
    return (down,) if isinstance(down, str) else tuple(down or ())


def _before(step: Step) -> str:
    return step.follows[0] if step.follows else "base"


def _escaped(path: Path) -> str:
    return str(path).replace("%", "%%")
