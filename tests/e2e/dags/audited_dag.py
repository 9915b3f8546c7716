"""Airflow DAGs for the audit: one asks sam, one may be removed, one starts with an asset event."""

from airflow.providers.standard.operators.empty import EmptyOperator
from airflow.providers.standard.operators.hitl import ApprovalOperator
from airflow.sdk import DAG, Asset

with DAG("release__audited", schedule=None):
    ask = ApprovalOperator(
        task_id="ask", subject="Go on?", assigned_users=[{"id": "sam", "name": "Sam Sage"}], fail_on_reject=True
    )
    ask >> EmptyOperator(task_id="after")

with DAG("removable", schedule=None):
    EmptyOperator(task_id="only")

with DAG("dev__announced", schedule=[Asset(name="artefact-announced", uri="slipway://artefact/announced")]):
    EmptyOperator(task_id="only")
