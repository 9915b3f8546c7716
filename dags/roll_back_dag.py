"""Airflow finds here the DAG `roll_back`: an earlier version of a service comes back, asked for by people."""

from slipway.airflow_edge.rollback_dag import rollback_dag

dag = rollback_dag()
