"""Runs an artefact's migrations in a child process that dies with its asker, whatever the tool."""

import json
from abc import ABC, abstractmethod
from pathlib import Path
from typing import Any, ClassVar

from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError

from slipway.adapters.leash.environment import child_environment
from slipway.adapters.leash.python import isolated_python
from slipway.adapters.leash.run import Finished, run_on_leash
from slipway.adapters.migrations.rehearsal.words import without_values
from slipway.adapters.targets.waiting import seconds_until
from slipway.domain.errors import ServiceMigrationError
from slipway.domain.masked import without
from slipway.domain.migration_proof import FindingCode, MigrationFile, Reversibility
from slipway.ports.outside.migrations import LockSeen, MigrationOrder, MigrationRun, MigrationState, MigrationStep

_CHILD = Path(__file__).with_name("child.py")
_MILLISECONDS = 1000
_KEEP_BYTES = 4 * 1024 * 1024
"""The result has the statements of every migration that ran."""


class ToolRunner(ABC):
    """What the runners of all tools share. They say which files are theirs."""

    tool: ClassVar[str]

    @abstractmethod
    def carries_migrations(self, folder: Path) -> bool:
        """Whether the artefact has migrations of this tool."""

    @abstractmethod
    def files(self, folder: Path) -> tuple[MigrationFile, ...]:
        """Those it carries, oldest first."""

    def state(self, order: MigrationOrder) -> MigrationState:
        """What is applied and what is pending; changes nothing."""
        return self._ask(order, "state", None)

    def upgrade(self, order: MigrationOrder) -> MigrationState:
        """Applies what is pending. Raises ServiceMigrationError: the revision, and the database's words."""
        return self._ask(order, "upgrade", None)

    def downgrade(self, order: MigrationOrder, to: str | None) -> MigrationState:
        """Goes back to revision `to` (None: before the first)."""
        return self._ask(order, "downgrade", to)

    def lossless(self, order: MigrationOrder, back_to: str | None) -> bool:
        """Whether every migration between declares itself reversible; silence counts as no."""
        applied = self.state(order).applied
        files = self.files(order.folder)
        known = [file.revision for file in files]
        for revision in (applied, back_to):
            if revision is not None and revision not in known:
                raise ServiceMigrationError(f"Revision {revision} is not among the artefact's migrations.")
        above, up_to = (0 if name is None else known.index(name) + 1 for name in (back_to, applied))
        if above > up_to:
            raise ServiceMigrationError(f"The database is at {applied}, which does not come after {back_to}.")
        said = [file.declared for file in files[above:up_to]]
        return all(one is not None and one.kind is Reversibility.REVERSIBLE for one in said)

    def _ask(self, order: MigrationOrder, action: str, to: str | None) -> MigrationState:
        if not self.carries_migrations(order.folder):
            return MigrationState(applied=None, pending=())
        result = _run(order, self.tool, action, to)
        state, run = result["state"], result.get("run")
        return MigrationState(
            applied=state["applied"],
            pending=tuple(state["pending"]),
            known=state["known"],
            later=tuple(state["later"]),
            half_applied=state["half_applied"],
            run=_as_run(run) if run else None,
        )


def _as_run(run: dict[str, Any]) -> MigrationRun:
    steps = tuple(MigrationStep(**step | {"statements": tuple(step["statements"])}) for step in run["steps"])
    locks = tuple(LockSeen(**lock) for lock in run["locks"])
    return MigrationRun(steps=steps, locks=locks, locks_note=run["locks_note"], earlier=run["earlier"])


def _run(order: MigrationOrder, tool: str, action: str, to: str | None) -> dict[str, Any]:
    seconds = seconds_until(order.deadline)
    job = {
        "tool": tool,
        "action": action,
        "to": to,
        "url": order.database_url,
        "folder": str(order.folder.absolute()),
        "contract": sorted(order.contract),
        "until": seconds,
        "lock_timeout_ms": int(order.settings.lock_timeout_seconds * _MILLISECONDS),
        "lock_tries": order.settings.lock_tries,
        "statement_timeout_ms": int(order.settings.statement_timeout_seconds * _MILLISECONDS),
    }
    finished = run_on_leash(
        isolated_python(_CHILD),
        environment=child_environment({}),
        cwd=order.folder,
        seconds=seconds,
        lock_fd=order.lock_fd,
        text_in=json.dumps(job),
        keep_bytes=_KEEP_BYTES,
        on_line=lambda line: _pass_on(order, line),
    )
    return _read(order, action, finished)


def _pass_on(order: MigrationOrder, line: str) -> None:
    said = _as_result(line)
    if order.on_progress is not None and said is not None and "progress" in said:
        order.on_progress(without_secret(str(said["progress"]), order.database_url))


def _read(order: MigrationOrder, action: str, finished: Finished) -> dict[str, Any]:
    what = f"The {action} of {order.service}'s database in {order.environment}"
    if finished.ended.why == "deadline":
        raise ServiceMigrationError(
            f"{what} was not done by its deadline and was ended; what was not committed is undone. "
            "Ask for the state before going on: it says whether something is half applied.",
            code=FindingCode.CHECK_ERRORED,
        )
    result = _as_result(finished.stdout.rstrip().rpartition("\n")[2])
    if result is None or not {"state", "error"} & result.keys():
        words = finished.tail(400, lambda text: without_secret(text, order.database_url))
        said = without_values(without_secret(finished.ended.detail, order.database_url) + words)
        # What ended it from outside says nothing of the migration.
        code = None if finished.ended.why == "exited" and (finished.ended.code or 0) >= 0 else FindingCode.CHECK_ERRORED
        raise ServiceMigrationError(f"{what} broke off ({finished.ended.why}). It said: {said}", code=code)
    if "error" in result:
        at = f" at revision {result['revision']}" if result["revision"] else ""
        words = without_secret(result["error"], order.database_url)
        raise ServiceMigrationError(f"{what} failed{at}: {words}", code=result["code"], revision=result["revision"])
    return result


def _as_result(line: str) -> dict[str, Any] | None:
    try:
        value = json.loads(line)
    except ValueError:
        return None
    return value if isinstance(value, dict) else None


def without_secret(text: str, url: str) -> str:
    """The text without the URL's password."""
    try:
        secret = make_url(url).password
    except ArgumentError:
        secret = url
    return without(text, {str(secret)} if secret else ())
