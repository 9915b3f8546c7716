"""Verifies the log of the database, or of an export; compares it with heads that were told outside."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from slipway.cli.log_files import read_jsonl
from slipway.domain.errors import SlipwayError
from slipway.domain.log_entry import GENESIS, Break, LogEntry, Verification, verify_chain


@dataclass(frozen=True)
class Head:
    """An entry's number and hash, as told outside the log."""

    seq: int
    hash: str


def verify_database(published: str | None) -> Verification:
    """Walks the database's log; its last entry must be the one that the database counts as head."""
    from slipway.adapters.database.stored_log import verify_stored_log
    from slipway.cli.database import open_store

    told = _head(published)
    return verify_stored_log(open_store(), lambda entries: _verify(entries, told))


def verify_file(path: Path, published: str | None) -> Verification:
    """Walks an export, without the database."""
    return _verify(read_jsonl(path), _head(published))


def _verify(entries: Iterable[LogEntry], told: Head | None) -> Verification:
    if told is None:
        return verify_chain(entries)
    kept: list[str] = [GENESIS] if told.seq == 0 else []
    result = verify_chain(_noting(entries, told.seq, kept))
    if result.broken is None and kept != [told.hash]:
        seen = f"its hash is {kept[0]}" if kept else "it is not there"
        what = f"entry {told.seq} was published with the hash {told.hash}, but {seen}"
        return replace(result, broken=Break(seq=told.seq, what=what))
    return result


def _noting(entries: Iterable[LogEntry], seq: int, kept: list[str]) -> Iterator[LogEntry]:
    for entry in entries:
        if entry.seq == seq:
            kept.append(entry.hash)
        yield entry


def _head(published: str | None) -> Head | None:
    if published is None:
        return None
    found = re.fullmatch(r"(\d+):([0-9a-f]{64})", published.strip())
    if found is None:
        raise SlipwayError(f"{published} is no head: it looks like SEQ:HASH, as `slipway log head` prints it")
    return Head(int(found[1]), found[2])
