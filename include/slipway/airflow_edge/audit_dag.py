"""`audit_live`: verifies the release log and compares it with Airflow's own memory, every 15 minutes and by hand."""

import os
from datetime import timedelta
from typing import Any

import httpx
from airflow.sdk import DAG, BaseOperator
from airflow.sdk.exceptions import AirflowException

from slipway.adapters.database.stored_log import verify_stored_log
from slipway.airflow_edge.outcomes import translated
from slipway.airflow_edge.runs import actor_of, patiently
from slipway.use_cases.audit_log import audit_log
from slipway.wiring import make_store

AUDIT_DOC = """
### Audits what happened

Every 15 minutes, and by hand (auditors, managers, second line).

- **verify_log** walks the whole chain of the release log. It fails where an entry is missing, altered or unchained.
- **cross_check** compares Airflow's own memory (its audit log, runs, answers, asset events) with the requests that
  the release log has. What came past the recorder, say by the Airflow command line, is written to the release log as
  `unauthorised_change`, with its actor as Airflow recorded it, and second line is paged: once for each change. So is
  what was left behind, once a day while it stands: a paused DAG of the platform, a live path that is not one slot wide.

Findings: `slipway audit`; a senior explains each (`slipway audit explain`), a manager closes it.
"""
_PATIENCE_SECONDS = 300.0


class VerifyLog(BaseOperator):
    """Walks the release log."""

    def execute(self, context: Any) -> str:
        """How many entries hold; fails where one does not."""
        with translated():
            actor = actor_of(context)
            result = patiently(lambda: verify_stored_log(make_store()))
            return patiently(lambda: audit_log(make_store(), result, actor))


class CrossCheck(BaseOperator):
    """Has the API server compare Airflow's memory with the release log."""

    def execute(self, context: Any) -> str:
        """What was found, in words."""
        url = f"{os.environ['SLIPWAY_API_URL']}/slipway/api/audits"
        headers = {"Authorization": f"Bearer {os.environ['SLIPWAY_INTERNAL_TOKEN']}"}
        try:
            answer = httpx.post(url, headers=headers, timeout=_PATIENCE_SECONDS)
            answer.raise_for_status()
        except httpx.HTTPError as error:
            raise AirflowException(f"The API server did not compare anything ({error}); it is tried again") from error
        return str(answer.json()["detail"])


def audit_dag() -> DAG:
    """The DAG `audit_live`."""
    with DAG(
        dag_id="audit_live",
        description="Verifies the release log and looks for changes that came past the platform",
        doc_md=AUDIT_DOC,
        schedule="*/15 * * * *",
        catchup=False,
        max_active_runs=1,
        default_args={"owner": "slipway", "retries": 2, "retry_delay": timedelta(seconds=30)},
        tags=["slipway", "audit"],
    ) as dag:
        VerifyLog(task_id="verify_log", doc_md="Walks the whole chain of the release log.")
        CrossCheck(task_id="cross_check", doc_md="Compares Airflow's own memory with the release log.")
    return dag
