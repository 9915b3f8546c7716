"""Tells the story from the release log: what is printed is what the log says, nothing else."""

import json
import threading
import time
from collections.abc import Callable, Mapping

from slipway.adapters.database.log_reader import LogReader, read_log
from slipway.adapters.database.transaction import DatabaseStore
from slipway.domain.errors import DatabaseUnavailableError
from slipway.domain.json_value import JsonObject
from slipway.domain.log_entry import LogEntry

Say = Callable[[str], None]
Sentence = Callable[[LogEntry, JsonObject], str]


def _short(payload: JsonObject) -> str:
    return f"{payload.get('digest') or ''}"[:19]


_SENTENCES: Mapping[str, Sentence] = {
    "release_requested": lambda e, p: (
        f"{e.actor} asks for {e.service} {p['version']} to go to {p['to']} ({e.release_id})"
    ),
    "release_refused": lambda e, p: f"refused: {p['message']}",
    "stage_not_needed": lambda e, p: f"{e.environment}: nothing to do, {p['detail']}",
    "approval_asked": lambda e, p: f"{e.environment}: waiting for {p['step']} by one of {', '.join(p['eligible'])}",
    "grant_given": lambda e, p: f"{e.environment}: {p['step']} given by {e.actor}{_looked(p)}",
    "answer_refused": lambda e, p: f"{e.environment}: the answer of {e.actor} does not count: {p['message']}",
    "rejected": lambda e, p: f"{e.environment}: {p['step']} rejected by {e.actor}: {p['comment']}",
    "turn_taken": lambda e, p: f"{e.environment}: its turn has come in the lane {p['lane']} (fencing {p['fencing']})",
    "slot_parked": lambda e, p: f"{e.environment}: holds the one slot of the pool release_slot",
    "permit_issued": lambda e, p: f"{e.environment}: permit issued for {_short(p)}…",
    "permit_refused": lambda e, p: f"{e.environment}: no permit: {'; '.join(p['blockers'])}",
    "migrate_done": lambda e, p: f"{e.environment}: migrated: {p['detail']}",
    "deploy_started": lambda e, p: f"{e.environment}: deploying {_short(p) or 'nothing'}…",
    "deploy_done": lambda e, p: f"{e.environment}: deployed: {p['detail']}",
    "rollback_rehearsed": lambda e, p: f"{e.environment}: going back was rehearsed, in {p['seconds']} s",
    "rollback_not_rehearsed": lambda e, p: f"{e.environment}: going back was not rehearsed: {p['because']}",
    "deploy_failed": lambda e, p: f"{e.environment}: deploy failed: {p['detail']}",
    "undo_done": lambda e, p: f"{e.environment}: undone: {p['detail']}",
    "smoke_finished": lambda e, p: f"{e.environment}: smoke: {p['verdict']}, {len(p['checks'])} checks",
    "watch_finished": lambda e, p: f"{e.environment}: watch: {p['verdict']}",
    "nothing_checked": lambda e, p: f"{e.environment}: {p['step']}: {p['detail']}",
    "stage_finished": lambda e, p: f"{e.environment}: {p['outcome']}",
    "attempt_ended": lambda e, p: f"{e.attempt} ended: {p['outcome']}",
}


def sentence(entry: LogEntry) -> str | None:
    """An entry in words; None for those that a first story can do without."""
    tell = _SENTENCES.get(entry.kind)
    return None if tell is None else tell(entry, json.loads(entry.payload))


def _looked(payload: JsonObject) -> str:
    return f", after {payload['looked_by']} looked at {payload['looked_at']}" if payload["looked_by"] else ""


class Narrator:
    """Follows the log of one service in a thread, from where it stands now, until it is left."""

    def __init__(self, store: DatabaseStore, service: str, say: Say) -> None:
        self._store = store
        self._service = service
        self._say = say
        with store.transaction() as tx:
            self._seq, _ = LogReader(tx.sql).head()
        self._leaving = threading.Event()
        self._thread = threading.Thread(target=self._follow, daemon=True)

    def __enter__(self) -> "Narrator":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._leaving.set()
        self._thread.join(timeout=10)

    def _follow(self) -> None:
        while not self._leaving.is_set():
            self._tell_news()
            time.sleep(0.3)
        self._tell_news()

    def _tell_news(self) -> None:
        try:
            with self._store.transaction() as tx:
                news = list(read_log(tx.sql, after_seq=self._seq))
        except DatabaseUnavailableError:
            return
        for entry in news:
            self._seq = entry.seq
            words = sentence(entry) if entry.service == self._service else None
            if words is not None:
                self._say(words)
