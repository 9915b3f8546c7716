"""Verifies the log as it is stored, against the head that the database counts (R5)."""

from collections.abc import Callable, Iterable
from dataclasses import replace

from slipway.adapters.database.log_reader import LogReader
from slipway.adapters.database.transaction import DatabaseStore
from slipway.domain.log_entry import Break, LogEntry, Verification, verify_chain

Walk = Callable[[Iterable[LogEntry]], Verification]


def verify_stored_log(store: DatabaseStore, walk: Walk = verify_chain) -> Verification:
    """Walks every entry, as of one instant. An end that was cut off is found by the head."""
    with store.transaction() as tx:
        reader = LogReader(tx.sql)
        reader.freeze()
        result = walk(reader.all())
        seq, head = reader.head()
    if result.broken is None and (seq, head) != (result.head_seq, result.head_hash):
        what = f"the database counts {seq} entries, but the last one stored is {result.head_seq}"
        return replace(result, broken=Break(seq=min(seq, result.head_seq) + 1, what=what))
    return result
