"""A repeated request with the same key is the same request: the same answer, and nothing done again."""

from slipway.domain.errors import RefusedError
from slipway.domain.json_value import JsonObject, sha256_of
from slipway.ports.store import Transaction
from slipway.use_cases.refuse_long_texts import refuse_long_texts


def answer_before(tx: Transaction, scope: str, key: str, body: JsonObject) -> JsonObject | None:
    """What was answered to this before; None for a new key. Raises RefusedError where the key had another body."""
    if not key.strip():
        raise RefusedError("key_missing", "give the request a key of its own: a repeated one is then not done twice")
    refuse_long_texts({"key": key})
    before = tx.keyed_requests.answered(scope, key)
    if before is None:
        return None
    body_hash, answer = before
    if body_hash != sha256_of(body):
        raise RefusedError("key_reused", f"the key {key} was used before for something else: nothing was done")
    return answer


def keep_answer(tx: Transaction, scope: str, key: str, body: JsonObject, answer: JsonObject) -> None:
    """Remembers what was answered."""
    tx.keyed_requests.keep(scope, key, sha256_of(body), answer)
