"""Our operators, serialised with less ado: there are 34 of them a service, and a thousand services."""

from airflow.sdk import BaseOperator

SET_BY_US = frozenset(
    {
        *("_needs_expansion", "has_retry_policy"),
        *("task_id", "task_type", "owner", "doc_md", "ui_color", "ui_fgcolor", "template_fields"),
        *("pool", "retries", "retry_delay", "execution_timeout", "trigger_rule"),
        *("downstream_task_ids", "is_setup", "is_teardown", "on_failure_fail_dagrun", "_operator_name"),
    }
)
"""The fields that any task of ours has at another value than Airflow's default. A test compares with all fields."""


class Light(BaseOperator):
    """Airflow asks which fields to serialise, and drops those at their default one by one: here it asks for fewer."""

    @classmethod
    def get_serialized_fields(cls) -> frozenset[str]:
        """Fields that may differ from their default."""
        return SET_BY_US
