"""The release log's entries and their chain: how an entry is hashed, and how a chain is verified (R5)."""

import hashlib
import json
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

GENESIS = "0" * 64
"""`prev_hash` of the first entry."""


@dataclass(frozen=True, kw_only=True)
class LogEntry:
    """One entry as stored. `at` is ISO 8601 UTC with microseconds; `payload` is canonical JSON text."""

    seq: int
    at: str
    kind: str
    release_id: str | None
    attempt: str | None
    service: str | None
    environment: str | None
    actor: str
    via: str
    payload: str
    prev_hash: str
    hash: str

    def fields(self) -> tuple[str | None, ...]:
        """What is hashed, in this order."""
        return (
            str(self.seq),
            self.at,
            self.kind,
            self.release_id,
            self.attempt,
            self.service,
            self.environment,
            self.actor,
            self.via,
            self.payload,
            self.prev_hash,
        )

    def as_json(self) -> dict[str, Any]:
        """For reading: the payload is opened. What was hashed is its text; `fields` has it."""
        return {**vars(self), "payload": json.loads(self.payload)}


def entry_hash(entry: LogEntry) -> str:
    """Hex SHA-256 over the fields, each as `<bytes>:<text>` or `-` where absent, so that no two entries read alike."""
    return hashlib.sha256("".join(map(_framed, entry.fields())).encode()).hexdigest()


def _framed(value: str | None) -> str:
    return "-" if value is None else f"{len(value.encode())}:{value}"


@dataclass(frozen=True, kw_only=True)
class Break:
    """The first entry at which a chain does not hold."""

    seq: int
    what: str


@dataclass(frozen=True, kw_only=True)
class Verification:
    """Outcome of walking a chain."""

    entries: int
    head_seq: int
    head_hash: str
    broken: Break | None


def verify_chain(entries: Iterable[LogEntry], after_seq: int = 0, after_hash: str = GENESIS) -> Verification:
    """Walks entries in order of `seq`; stops at the first that is missing, altered or unchained."""
    seq, head, count = after_seq, after_hash, 0
    for entry in entries:
        what = _fault(entry, seq, head)
        if what is not None:
            broken = Break(seq=min(entry.seq, seq + 1), what=what)
            return Verification(entries=count, head_seq=seq, head_hash=head, broken=broken)
        seq, head, count = entry.seq, entry.hash, count + 1
    return Verification(entries=count, head_seq=seq, head_hash=head, broken=None)


def _fault(entry: LogEntry, seq: int, head: str) -> str | None:
    if entry.seq != seq + 1:
        return f"entry {seq + 1} is missing: the next one stored is {entry.seq}"
    if entry.prev_hash != head:
        return f"entry {entry.seq} does not follow entry {seq}: its prev_hash is not that entry's hash"
    if entry_hash(entry) != entry.hash:
        return f"entry {entry.seq} was altered: its content does not give its hash"
    return None
