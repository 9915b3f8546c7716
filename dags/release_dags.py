"""Airflow finds here a `dev__<service>` and a `release__<service>` DAG for every service of the catalogue."""

from slipway.airflow_edge.factory import build_dags

for dag in build_dags():
    globals()[dag.dag_id] = dag
