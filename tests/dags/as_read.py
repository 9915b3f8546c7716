"""What Airflow makes of a DAG that it wrote and read again."""

import json
from collections.abc import Mapping

from airflow.sdk import DAG
from airflow.serialization.serialized_objects import DagSerialization, SerializedBaseOperator


def as_airflow_reads_it(dag: DAG) -> Mapping[str, Mapping[str, object]]:
    """The fields of the DAG's tasks after they were written and read again."""
    read = DagSerialization.from_dict(json.loads(json.dumps(DagSerialization.to_dict(dag))))
    fields = SerializedBaseOperator.get_serialized_fields() - {"params"}
    return {
        task.task_id: {name: getattr(task, name, None) for name in fields} | {"form": task.params.dump()}
        for task in read.tasks
    }
