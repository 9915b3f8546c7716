"""The child process in which a service's migrations run. Its job comes on standard input: no secret in argv.

The last line of standard output is the result; whatever the migrations print goes to standard error.
"""

import json
import os
import sys
import time
from pathlib import Path
from typing import Any

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from alembic.script.revision import RevisionError
from alembic.util import CommandError
from sqlalchemy import Connection, NullPool, create_engine, text
from sqlalchemy.exc import SQLAlchemyError

_LOCK_KEY = 0x534C495057  # "SLIPW": the same for every runner, so each database has one at a time
_KNOWS_CLIENT_CHECK = 140000


class RefusedHereError(Exception):
    """The job cannot be done; the text says why and what to do."""


class Job:
    """One question or change, on one connection."""

    def __init__(self, asked: dict[str, Any], connection: Connection) -> None:
        self._asked = asked
        self._connection = connection
        self.applied_here: list[str] = []
        self._config = Config()
        self._config.set_main_option("script_location", _escaped(asked["environment"]))
        self._config.set_main_option("version_locations", _escaped(asked["versions"]))
        self._config.set_main_option("path_separator", "newline")
        self._config.attributes["connection"] = connection
        self._config.attributes["on_version_apply"] = self._note
        self._script = ScriptDirectory.from_config(self._config)

    def run(self) -> dict[str, Any]:
        """Does what was asked; returns the state afterwards, and the answer to `lossless`."""
        action, to = self._asked["action"], self._asked["to"]
        if action == "lossless":
            return {"lossless": self._lossless(to)}
        if action != "state":
            self._take_the_lock()
            self._change(action, to)
        return {"state": self._state()}

    def in_progress(self) -> str | None:
        """The revision that was being applied or taken back when it failed, as far as one can tell."""
        path = self._asked["path"]
        return path[len(self.applied_here)] if len(self.applied_here) < len(path) else None

    def _change(self, action: str, to: str | None) -> None:
        applied = self._applied()
        self._require_known(applied)
        if to is not None:
            self._require_known(to)
        if action == "upgrade":
            self._asked["path"] = self._between(applied, self._script.get_current_head())[::-1]
            command.upgrade(self._config, "head")
        else:
            self._asked["path"] = self._between(to, applied)
            command.downgrade(self._config, to or "base")

    def _note(self, *, step: Any, **_: Any) -> None:
        self.applied_here.append(step.up_revision_id)

    def _state(self) -> dict[str, Any]:
        applied = self._applied()
        known = self._is_known(applied)
        pending = self._between(applied, self._script.get_current_head())[::-1] if known else []
        return {"applied": applied, "pending": pending, "known": known}

    def _lossless(self, back_to: str | None) -> bool:
        applied = self._applied()
        self._require_known(applied)
        self._require_known(back_to)
        revisions = self._between(back_to, applied)
        if back_to is not None and back_to != applied and not self._is_below(back_to, applied):
            raise RefusedHereError(f"The database is at {applied}, which does not come after {back_to}.")
        modules = [self._script.get_revision(revision).module for revision in revisions]
        return all(getattr(module, "downgrade_is_lossless", False) is True for module in modules)

    def _between(self, lower: str | None, upper: str | None) -> list[str]:
        """Revisions above `lower` up to and including `upper`, newest first."""
        if upper is None or lower == upper:
            return []
        return [each.revision for each in self._script.iterate_revisions(upper, lower or "base")]

    def _is_below(self, lower: str, upper: str | None) -> bool:
        return upper is not None and lower in {each.revision for each in self._script.iterate_revisions(upper, "base")}

    def _applied(self) -> str | None:
        heads = MigrationContext.configure(self._connection).get_current_heads()
        self._connection.rollback()
        if len(heads) > 1:
            raise RefusedHereError(f"The database has several heads ({', '.join(sorted(heads))}); merge them first.")
        return heads[0] if heads else None

    def _is_known(self, revision: str | None) -> bool:
        return revision is None or revision in {each.revision for each in self._script.walk_revisions()}

    def _require_known(self, revision: str | None) -> None:
        if not self._is_known(revision):
            raise RefusedHereError(
                f"Revision {revision} is not among the artefact's migrations: the database was migrated by "
                "another version. Use the artefact that carries that revision."
            )

    def _take_the_lock(self) -> None:
        left = max(1, int(1000 * (self._asked["until"] - time.monotonic())))
        self._set("lock_timeout", left)
        self._set("statement_timeout", 0)
        try:
            self._connection.execute(text("SELECT pg_advisory_lock(:key)"), {"key": _LOCK_KEY})
        except SQLAlchemyError as error:
            raise RefusedHereError(
                f"Another migration of this database was still running at the deadline; nothing was changed "
                f"({_first_words(error)})."
            ) from error
        self._set("lock_timeout", self._asked["lock_timeout_ms"])
        self._set("statement_timeout", self._asked["statement_timeout_ms"])
        self._connection.commit()

    def _set(self, name: str, milliseconds: int) -> None:
        statement = text("SELECT set_config(:name, :value, false)")
        self._connection.execute(statement, {"name": name, "value": str(milliseconds)})


def perform(asked: dict[str, Any]) -> dict[str, Any]:
    """The result as JSON: `state`, `lossless` or `error` with the revision that failed."""
    asked["until"] = time.monotonic() + asked["seconds"]
    asked["path"] = []
    job: Job | None = None
    try:
        with _connect(asked) as connection:
            job = Job(asked, connection)
            return job.run()
    except RefusedHereError as error:
        return {"error": str(error), "revision": None}
    except Exception as error:  # noqa: BLE001 - a migration is foreign code: whatever it raises is the result
        return {"error": _first_words(error), "revision": job.in_progress() if job else None}


def _connect(asked: dict[str, Any]) -> Connection:
    engine = create_engine(asked["url"], poolclass=NullPool, connect_args={"connect_timeout": 10})
    connection = engine.connect()
    number = connection.execute(text("SELECT current_setting('server_version_num')::int")).scalar_one()
    if number >= _KNOWS_CLIENT_CHECK:  # a statement of a killed runner ends within seconds
        connection.execute(text("SELECT set_config('client_connection_check_interval', '1000', false)"))
    connection.commit()
    return connection


def _first_words(error: BaseException) -> str:
    cause = getattr(error, "orig", None) or error
    words = " ".join(str(cause).split())
    plain = isinstance(error, SQLAlchemyError | CommandError | RevisionError)
    return words[:1000] if plain else f"{type(error).__name__}: {words[:1000]}"


def _escaped(path: str) -> str:
    return path.replace("%", "%%")


def main() -> None:
    """Keeps the real standard output for the result alone."""
    result_fd = os.dup(sys.stdout.fileno())
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())
    sys.dont_write_bytecode = True  # the artefact's folder stays as it was verified
    asked = json.load(sys.stdin)
    asked["environment"] = str(Path(__file__).with_name("environment"))
    result = perform(asked)
    os.write(result_fd, json.dumps(result).encode() + b"\n")


if __name__ == "__main__":
    main()
