"""Writes what the recorder saw to the release log: `request_received` before a change, `request_answered` after it.

Two entries, because a request that never ended (a crash, a kill) must be seen to have begun, and because "before"
is what makes it fail closed: where the log cannot be written, nothing is changed.
"""

import re
from dataclasses import replace

from slipway.airflow_edge.request_record import Phase, RequestRecord
from slipway.domain.audit import service_of_dag
from slipway.domain.json_value import JsonObject
from slipway.domain.release import Attempt
from slipway.domain.text_limits import REFUSAL, RUN
from slipway.ports.store import ReleaseStore, Transaction
from slipway.ports.values import Actor
from slipway.use_cases.refuse_long_texts import shortened
from slipway.wiring import make_store

RECEIVED, ANSWERED = "request_received", "request_answered"
ANONYMOUS = "anonymous"
_LONGEST_PATH = 4 * RUN
"""DAG, run and task, and what stands between them."""
_RELEASE = re.compile(r"^/slipway/api/(?:releases|changes)/(r\d+)/")


def record_in_release_log(record: RequestRecord) -> None:
    """Appends the entry in a transaction of its own. Raises DatabaseUnavailableError."""
    write(make_store(), record)


def write(store: ReleaseStore, record: RequestRecord) -> None:
    """The same, into a given store."""
    record = _as_kept(record)
    with store.transaction() as tx:
        attempt = _attempt(tx, record)
        tx.log(
            RECEIVED if record.phase is Phase.ATTEMPT else ANSWERED,
            Actor(id=record.user or ANONYMOUS, via=record.via),
            attempt=attempt,
            release_id=_release(tx, record.path),
            service=service_of_dag(record.dag_id),
            payload=_payload(record),
        )


def _as_kept(record: RequestRecord) -> RequestRecord:
    """Whoever asks writes the path, strangers too: no more of it than any real one has, and nothing unstorable."""
    return replace(
        record,
        path=shortened(record.path, _LONGEST_PATH) or "",
        dag_id=shortened(record.dag_id, RUN),
        run_id=shortened(record.run_id, RUN),
        task_id=shortened(record.task_id, RUN),
    )


def _attempt(tx: Transaction, record: RequestRecord) -> Attempt | None:
    if record.dag_id is None or record.run_id is None:
        return None
    return tx.releases.attempt_of_run(record.dag_id, record.run_id)


def _release(tx: Transaction, path: str) -> str | None:
    """The release that a path names, if there is one: a made-up number must not look like a release."""
    found = _RELEASE.match(path)
    return found[1] if found and tx.releases.get(found[1]) is not None else None


def _payload(record: RequestRecord) -> JsonObject:
    return {
        "request_id": record.request_id,
        "method": record.method,
        "path": record.path,
        "status": record.status,
        "outcome": record.outcome.value if record.outcome else None,
        "dag_id": record.dag_id,
        "run_id": record.run_id,
        "task_id": record.task_id,
        "decision": record.decision,
        **({"unwritten_before": record.unwritten_before} if record.unwritten_before else {}),
        **({"why": shortened(record.why, REFUSAL)} if record.why else {}),
    }
