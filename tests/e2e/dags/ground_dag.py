"""Airflow DAGs named like releases: one question that only sam is asked, then nothing; and one with a long queue."""

from airflow.providers.standard.operators.empty import EmptyOperator
from airflow.providers.standard.operators.hitl import ApprovalOperator
from airflow.sdk import DAG

with DAG("release__groundcheck", schedule=None):
    ask = ApprovalOperator(
        task_id="ask", subject="Go on?", assigned_users=[{"id": "sam", "name": "Sam Sage"}], fail_on_reject=True
    )
    ask >> EmptyOperator(task_id="after")

with DAG("somebody_elses", schedule=None):
    EmptyOperator(task_id="only")

with DAG("release__crowded", schedule=None, max_active_runs=1):
    ApprovalOperator(task_id="ask", subject="Go on?", assigned_users=[{"id": "sam", "name": "Sam Sage"}])
