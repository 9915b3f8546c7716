"""Imports what tasks need, and builds their shapes, once, in the processes that they are forked from.

Scheduler and DAG processor load plugins before they fork; a task that inherits these modules starts in milliseconds
instead of a second. Nothing here may open a connection or start a thread.
"""

import airflow.dag_processing.bundles.local
import airflow.dag_processing.bundles.manager
import airflow.dag_processing.dagbag
import sqlalchemy.dialects.postgresql.psycopg2
from airflow.providers.http.hooks.http import HttpHook

import slipway.adapters.activity_lock
import slipway.adapters.artefacts.folder_store
import slipway.adapters.connections
import slipway.adapters.definitions
import slipway.adapters.migrations.artefact_runner
import slipway.adapters.migrations.rehearsal.rehearsal
import slipway.adapters.probes.http_probe
import slipway.adapters.targets.registry
import slipway.adapters.upstreams.registry
from slipway.adapters.database import codec
from slipway.airflow_edge.factory import dev_shape, release_shape

codec.prepare()
dev_shape()
release_shape()

__all__ = ["HttpHook", "airflow", "slipway", "sqlalchemy"]
