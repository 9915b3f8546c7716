"""One run: brings an earlier one that broke off to its end, then goes step by step, and looks at what came of it."""

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, redirect_stdout, suppress
from dataclasses import dataclass, field
from random import SystemRandom
from typing import Any

from sqlalchemy import Connection, event, text
from sqlalchemy.exc import DBAPIError, SQLAlchemyError

from slipway.adapters.migrations.in_child.asked import Action, Asked, RefusedHereError
from slipway.adapters.migrations.in_child.begun import Begun, BegunNotes
from slipway.adapters.migrations.in_child.databases import about_to_write, wait_longer
from slipway.adapters.migrations.in_child.guard import backend_of, end_backend, still_only_runner
from slipway.adapters.migrations.in_child.locks_seen import watched
from slipway.adapters.migrations.in_child.plan import require_known, way_down, way_up
from slipway.adapters.migrations.in_child.progress import Printed
from slipway.adapters.migrations.in_child.tools import Step, Tool
from slipway.adapters.migrations.in_child.words import first_words, is_lock_timeout
from slipway.domain.migration_proof import FindingCode

Tell = Callable[[str], None]
_FIRST_PAUSE, _LONGEST_PAUSE = 0.25, 10.0
_KEEP_CHARACTERS = 400_000
"""Of the statements of a whole run: its result must fit into what the asker keeps."""
_BETWEEN_WORDS = 0.1
"""Seconds between two words of progress that are told: a line for each row would be a transaction for each row."""
_INVALID = text(
    "SELECT n.nspname || '.' || c.relname FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid"
    " JOIN pg_namespace n ON n.oid = c.relnamespace WHERE NOT i.indisvalid ORDER BY 1"
)


@dataclass
class Run:
    """Changes a database, under the lock of the only runner."""

    asked: Asked
    tool: Tool
    working: Connection
    quiet: Connection
    tell: Tell
    steps: list[dict[str, Any]] = field(default_factory=list)
    at_work: Step | None = None
    earlier: str = ""
    room: int = _KEEP_CHARACTERS

    def go(self) -> dict[str, Any]:
        """What was done, as JSON. Raises RefusedHereError, or whatever a migration raised."""
        notes = BegunNotes(self.quiet)
        chain = self.tool.chain()
        self._bring_to_an_end(notes, chain)
        applied = self.tool.applied()
        require_known(chain, applied)
        going_up = self.asked.action is Action.UPGRADE
        with watched(self.asked, self.working) as locks:
            for step in self._path(chain, applied):
                self._take(step, notes, going_up=going_up)
        self._patiently(notes.clear, "the end")
        self._look_for_invalid_indexes()
        return {"steps": self.steps, "earlier": self.earlier, "locks": locks.as_json(), "locks_note": locks.note}

    def _path(self, chain: Sequence[Step], applied: str | None) -> Sequence[Step]:
        if self.asked.action is Action.UPGRADE:
            return way_up(chain, applied, self.asked.contract)
        require_known(chain, self.asked.to)
        path = way_down(chain, applied, self.asked.to)
        if stuck := [step.revision for step in path if not step.can_go_back]:
            raise RefusedHereError(
                f"There is no way back from {', '.join(stuck)}: it has no .down.sql. Nothing was changed.",
                code=FindingCode.DOWNGRADE_FAILED,
                revision=stuck[0],
            )
        return path

    def _take(self, step: Step, notes: BegunNotes, *, going_up: bool) -> None:
        self.at_work = step
        began, said, told = time.monotonic(), [""], [0.0]
        begun = Begun(
            revision=step.revision,
            going_up=going_up,
            in_transaction=step.in_transaction,
            backend=backend_of(self.working),
            progress="",
        )

        def progress(words: str) -> None:
            said[0] = words
            if time.monotonic() - told[0] < _BETWEEN_WORDS:
                return
            told[0] = time.monotonic()
            if self.quiet.dialect.name == "postgresql":  # SQLite is locked while the migration writes
                notes.progress(words)
            self.tell(f"{step.revision}: {words}")

        def act() -> None:
            notes.write(begun)
            with about_to_write(self.working):
                (self.tool.up if going_up else self.tool.down)(step)

        try:
            with _heard(self.working, self.room) as heard, redirect_stdout(Printed(progress)):
                tries = self._patiently(act, step.revision, repeatable=step.in_transaction)
        except Exception:
            if step.in_transaction:  # it is undone; where the note stays all the same, the next run finds that out
                with suppress(SQLAlchemyError):
                    self._patiently(notes.clear, step.revision)
            raise
        self._read_back(step, going_up=going_up)
        self.steps.append(
            {
                "revision": step.revision,
                "seconds": round(time.monotonic() - began, 3),
                "tries": tries,
                "progress": said[0],
                "statements": heard.statements,
                "unheard": heard.left_out,
            }
        )
        self.room = heard.room
        self.at_work = None

    def _patiently(self, act: Callable[[], None], name: str, *, repeatable: bool = True) -> int:
        """Tries again where somebody held a lock and all was undone. Returns the number of tries."""
        for number in range(1, self.asked.lock_tries + 1):
            still_only_runner(self.quiet)
            if number == self.asked.lock_tries:
                wait_longer(self.working, self.asked)
            try:
                act()
            except Exception as error:
                self.working.rollback()
                pause = min(_LONGEST_PAUSE, _FIRST_PAUSE * 2**number) * SystemRandom().uniform(0.5, 1.0)
                last = number == self.asked.lock_tries or time.monotonic() + pause >= self.asked.until
                if last or not repeatable or not is_lock_timeout(error):
                    raise
                self.tell(f"{name}: waits for a lock, try {number} of {self.asked.lock_tries}")
                time.sleep(pause)
            else:
                return number
        raise AssertionError("the last try returns or raises")

    def _read_back(self, step: Step, *, going_up: bool) -> None:
        before = step.follows[0] if step.follows else None
        wanted, found = (step.revision if going_up else before), self.tool.applied()
        if found != wanted:
            raise RefusedHereError(
                f"The database says {found} after the step to {wanted}, without an error: the migration ended its own "
                "transaction, or something outside did. What it did is not known; look before going on.",
                code=FindingCode.HALF_APPLIED,
                revision=step.revision,
            )

    def _bring_to_an_end(self, notes: BegunNotes, chain: Sequence[Step]) -> None:
        """What a killed run left: done, taken back, or to be gone on with; `earlier` says which."""
        begun = notes.read()
        if begun is None:
            return
        end_backend(self.asked, self.quiet, begun.backend)
        self.earlier, unfinished = judged(begun, self.tool.applied(), chain)
        if unfinished is None:
            return
        if begun.going_up and self.asked.action is Action.DOWNGRADE:  # as if it were applied
            self.tool.stamp(unfinished, applied=True)
            self.earlier += "; its downgrade takes that back"
        if not begun.going_up and self.asked.action is Action.UPGRADE:  # as if it were not
            self.tool.stamp(unfinished, applied=False)
            self.earlier += "; its upgrade takes that back"

    def _look_for_invalid_indexes(self) -> None:
        if self.working.dialect.name != "postgresql":
            return
        invalid = list(self.quiet.execute(_INVALID).scalars())
        if invalid:
            raise RefusedHereError(
                f"The migrations ran, but these indexes are invalid: {', '.join(invalid)}. An index that was built "
                "concurrently failed half-way. Drop it concurrently, and build it again.",
                code=FindingCode.INVALID_INDEX,
            )


def judged(begun: Begun, applied: str | None, chain: Sequence[Step]) -> tuple[str, Step | None]:
    """What became of a run that broke off, in words; and the step whose half stands."""
    way = "upgrade to" if begun.going_up else "downgrade from"
    what = f"an earlier {way} {begun.revision} broke off"
    if begun.progress:
        what += f" ({begun.progress})"
    step = next((each for each in chain if each.revision == begun.revision), None)
    if step is None:
        return f"{what}; this version does not carry that revision, so nobody knows how far it came", None
    before = step.follows[0] if step.follows else None
    if applied == (begun.revision if begun.going_up else before):
        return f"{what} after it was complete: it counts as done", None
    if begun.in_transaction:
        return f"{what}, and the database took all of it back", None
    return f"{what} outside a transaction: what it did so far stands, and it is run again from its beginning", step


@dataclass
class Heard:
    """What a migration sends, as far as there is room, and how many statements there was none for."""

    room: int
    statements: list[str] = field(default_factory=list)
    left_out: int = 0

    def hear(self, _: Any, __: Any, statement: str, *___: Any) -> None:
        """Listens to a connection."""
        if len(statement) <= self.room:
            self.statements.append(statement)
            self.room -= len(statement)
        else:
            self.left_out += 1


@contextmanager
def _heard(connection: Connection, room: int) -> Iterator[Heard]:
    """The statements that really run, with no values in them."""
    heard = Heard(room)
    hear = heard.hear
    event.listen(connection, "before_cursor_execute", hear)
    try:
        yield heard
    finally:
        event.remove(connection, "before_cursor_execute", hear)


def error_words(error: BaseException, action: Action, step: Step | None) -> dict[str, Any]:
    """An error as the result of the job."""
    if isinstance(error, RefusedHereError):
        return {"error": str(error), "code": error.code, "revision": error.revision}
    words = first_words(error)
    code = FindingCode.DOWNGRADE_FAILED if action is Action.DOWNGRADE else FindingCode.UPGRADE_FAILED
    if step is not None and not step.in_transaction:
        words += " (it runs outside a transaction: what it did before that stands; the next run goes on from there)"
        code = FindingCode.HALF_APPLIED
    if isinstance(error, DBAPIError) and error.connection_invalidated:
        code = FindingCode.CHECK_ERRORED
    return {"error": words, "code": code, "revision": step.revision if step else None}
