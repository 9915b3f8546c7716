"""Our operators, serialised with less ado: there are 34 of them a service, and a thousand services."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from airflow.sdk import BaseOperator, TriggerRule

ALWAYS = frozenset({"task_id", "owner", "doc_md", "execution_timeout", "downstream_task_ids", "_needs_expansion"})
"""The fields that every task of ours sets, or that have no default."""
AIRFLOWS_DEFAULTS: Mapping[str, Any] = {
    "pool": "default_pool",
    "retries": 0,
    "retry_delay": timedelta(seconds=300),
    "template_fields": (),
    "trigger_rule": TriggerRule.ALL_SUCCESS,
    "is_teardown": False,
    "on_failure_fail_dagrun": False,
}
"""The fields that some of them set, and what Airflow reads where they are left out. A test compares with all fields."""


class Light(BaseOperator):
    """Airflow asks which fields to serialise, and drops those at their default one by one: here it asks for fewer."""

    def get_serialized_fields(self) -> frozenset[str]:
        """Fields that differ from their default."""
        return ALWAYS | {name for name, usual in AIRFLOWS_DEFAULTS.items() if getattr(self, name) != usual}
