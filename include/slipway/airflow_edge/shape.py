"""Copies the tasks of one DAG into another: building an operator costs Airflow twenty times as much as copying it."""

import copy
from typing import Any

from airflow.sdk import DAG, BaseOperator, TaskGroup

_CONTAINERS = frozenset({dict, list, set})


def copy_tasks(shape: DAG, dag: DAG) -> None:
    """Fills an empty DAG with the tasks and groups of `shape`; they share only what nobody changes."""
    _copy_children(shape.task_group, dag.task_group, dag)


def _copy_children(source: TaskGroup, target: TaskGroup, dag: DAG) -> None:
    for child in source.children.values():
        if isinstance(child, TaskGroup):
            _copy_children(child, TaskGroup(group_id=child.label, parent_group=target, dag=dag), dag)
        else:
            task = _twin(child)
            target.add(task)
            dag.add_task(task)


def _twin(task: BaseOperator) -> BaseOperator:
    """The same task with containers of its own, in no DAG and no group yet: Airflow lets no task leave them."""
    own: dict[str, Any] = {name: value.copy() for name, value in vars(task).items() if type(value) in _CONTAINERS}
    twin: BaseOperator = copy.copy(task)
    vars(twin).update(own, _dag=None, task_group=None)
    return twin
