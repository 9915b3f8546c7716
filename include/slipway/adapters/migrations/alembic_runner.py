"""Runs an artefact's Alembic migrations in a child process that dies with its asker."""

import json
import sys
from pathlib import Path
from typing import Any

from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError

from slipway.adapters.leash.environment import child_environment
from slipway.adapters.leash.run import Finished, run_on_leash
from slipway.adapters.targets.waiting import seconds_until
from slipway.domain.errors import ServiceMigrationError
from slipway.ports import MigrationOrder, MigrationState

_CHILD = str(Path(__file__).with_name("child.py"))
_MILLISECONDS = 1000


class AlembicRunner:
    """The artefact carries `migrations/versions/*.py` and nothing else of Alembic."""

    def carries_migrations(self, folder: Path) -> bool:
        """Whether the artefact has migrations at all."""
        return any(_versions(folder).glob("*.py"))

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
        """Whether every migration between says `downgrade_is_lossless = True`; silence counts as False."""
        return not self.carries_migrations(order.folder) or bool(_run(order, "lossless", back_to)["lossless"])

    def _ask(self, order: MigrationOrder, action: str, to: str | None) -> MigrationState:
        if not self.carries_migrations(order.folder):
            return MigrationState(applied=None, pending=())
        state = _run(order, action, to)["state"]
        return MigrationState(applied=state["applied"], pending=tuple(state["pending"]), known=state["known"])


def _run(order: MigrationOrder, action: str, to: str | None) -> dict[str, Any]:
    seconds = seconds_until(order.deadline)
    job = {
        "action": action,
        "to": to,
        "url": order.database_url,
        "versions": str(_versions(order.folder).absolute()),
        "seconds": seconds,
        "lock_timeout_ms": int(order.settings.lock_timeout_seconds * _MILLISECONDS),
        "statement_timeout_ms": int(order.settings.statement_timeout_seconds * _MILLISECONDS),
    }
    finished = run_on_leash(
        [sys.executable, "-I", _CHILD],
        environment=child_environment({}),
        cwd=order.folder,
        seconds=seconds,
        lock_fd=order.lock_fd,
        text_in=json.dumps(job),
    )
    return _read(order, action, finished)


def _read(order: MigrationOrder, action: str, finished: Finished) -> dict[str, Any]:
    what = f"The {action} of {order.service}'s database in {order.environment}"
    if finished.ended.why == "deadline":
        raise ServiceMigrationError(
            f"{what} was not done by its deadline and was ended; what was not committed is undone. "
            "Ask for the state before going on."
        )
    try:
        result: dict[str, Any] = json.loads(finished.stdout)
    except ValueError:
        said = _without_secret(finished.ended.detail + finished.tail(), order.database_url)
        raise ServiceMigrationError(f"{what} broke off ({finished.ended.why}). It said: {said}") from None
    if "error" in result:
        at = f" at revision {result['revision']}" if result["revision"] else ""
        raise ServiceMigrationError(f"{what} failed{at}: {_without_secret(result['error'], order.database_url)}")
    return result


def _without_secret(text: str, url: str) -> str:
    try:
        secret = make_url(url).password
    except ArgumentError:
        secret = url
    return text.replace(str(secret), "***") if secret else text


def _versions(folder: Path) -> Path:
    return folder / "migrations" / "versions"
