"""Airflow finds here the DAG `audit_live`."""

from slipway.airflow_edge.audit_dag import audit_dag

dag = audit_dag()
