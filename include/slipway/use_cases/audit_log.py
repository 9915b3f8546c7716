"""Tells what a verification of the release log came to: a break is written, and paged once (R5)."""

from slipway.domain import messages
from slipway.domain.errors import RefusedError
from slipway.domain.log_entry import Verification
from slipway.ports.store import ReleaseStore
from slipway.ports.values import Actor


def audit_log(store: ReleaseStore, result: Verification, actor: Actor) -> str:
    """The result in words. Raises RefusedError naming the first entry that does not hold."""
    broken = result.broken
    if broken is None:
        return f"{result.entries} entries, unbroken; head {result.head_seq}:{result.head_hash}"
    message = messages.evidence.log_broken(broken)
    with store.transaction() as tx:
        if tx.audits.judge_once(f"log:{broken.seq}:{broken.what}", found=True):
            tx.log("log_broken", actor, payload={"seq": broken.seq, "what": broken.what})
            tx.tell(message)
            tx.wake()
    raise RefusedError("log_broken", message.text)
