"""Airflow finds here the DAG `record_change`: changes that people or the pipeline of a static app make outside."""

from slipway.airflow_edge.change_dag import change_dag

dag = change_dag()
