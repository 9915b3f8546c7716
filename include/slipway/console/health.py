"""Whether Slipway can work: open to everybody, says nothing about anything."""

from fastapi import APIRouter

from slipway.adapters.database.log_reader import LogReader
from slipway.console.parts import UsedParts

router = APIRouter()


@router.get("/health")
def health(parts: UsedParts) -> dict[str, str | int]:
    """200 with the number of the log's last entry; 503 where the release database does not answer."""
    with parts.store().transaction() as tx:
        seq, hash_of_head = LogReader(tx.sql).head()
    return {"status": "healthy", "seq": seq, "hash": hash_of_head}
