"""Compares Airflow's own memory with the release log; what came past the recorder is written and told (R4, R24)."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from slipway.domain import messages
from slipway.domain.audit import AirflowFacts, Finding, RunName, service_of_dag
from slipway.domain.left_behind import left_behind
from slipway.domain.past_the_recorder import TOLERANCE, judge
from slipway.ports.store import ReleaseStore, Transaction
from slipway.ports.values import Actor

ReadAirflow = Callable[[datetime, Sequence[RunName]], AirflowFacts]
"""What changed in Airflow since a moment, and which of these runs it no longer has."""
UNAUTHORISED = "unauthorised_change"


@dataclass(frozen=True, kw_only=True)
class CrossCheck:
    """How many things were compared that had not been before, and what was found."""

    compared: int
    found: Sequence[Finding]

    def __str__(self) -> str:
        if not self.found:
            return f"{self.compared} new changes in Airflow, each with its request in the release log"
        told = "; ".join(map(str, self.found))
        return f"{self.compared} new changes in Airflow, {len(self.found)} of them unauthorised: {told}"


def cross_check(store: ReleaseStore, read_airflow: ReadAirflow, actor: Actor) -> CrossCheck:
    """Judges everything once, however often it is seen. Looks back to before the last check, as rows come late."""
    with store.transaction() as tx:
        began, since = tx.now, tx.audits.look_from()
        runs = tx.audits.runs_to_find()
    # Airflow first: a request is recorded before it is performed, so what is seen here is in the log by now.
    facts = read_airflow(since, runs)
    with store.transaction() as tx:
        judged = list(judge(facts, tx.audits.requests(since - 2 * TOLERANCE)))
        if tx.break_glass.in_force() is None:  # what is changed under it is agreed, as long as it is open
            dev_slots = None if tx.policies.activation() is None else tx.policy().platform.dev_slots
            judged += left_behind(facts, dev_slots, tx.now)
        new = [one for one in judged if tx.audits.judge_once(one.key, found=one.finding is not None)]
        found = [one.finding for one in new if one.finding is not None]
        for one in new:
            if one.finding is not None:
                _write(tx, one.key, one.finding)
        tx.audits.finished(began)
        tx.log("cross_checked", actor, payload={"compared": len(new), "unauthorised": len(found)})
        if found:
            tx.wake()
    return CrossCheck(compared=len(new), found=found)


def _write(tx: Transaction, key: str, finding: Finding) -> None:
    attempt = None
    if finding.dag_id and finding.run_id:
        attempt = tx.releases.attempt_of_run(finding.dag_id, finding.run_id)
    tx.log(
        UNAUTHORISED,
        Actor(id=finding.actor, via=finding.via),
        attempt=attempt,
        service=service_of_dag(finding.dag_id),
        payload={"key": key, **finding.as_json()},
    )
    tx.tell(messages.past_the_platform.in_airflow(key, finding))
