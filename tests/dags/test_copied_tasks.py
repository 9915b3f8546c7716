"""Each DAG's tasks are copies of those of its shape."""

from collections.abc import Callable, Mapping

import pytest
from airflow.sdk import DAG, BaseOperator
from airflow.sdk.definitions.param import ParamsDict
from airflow.serialization.serialized_objects import DagSerialization

from slipway.airflow_edge.factory import dev_shape, release_shape

pytestmark = pytest.mark.airflow
PLACE = {"_dag", "task_group", "_BaseOperator__init_kwargs"}
"""What says in which DAG a task is."""
SHAPES = pytest.mark.parametrize(("kind", "shape"), [("dev", dev_shape), ("release", release_shape)])


@SHAPES
def test_a_copy_is_serialised_like_what_it_was_copied_from(
    dags: Mapping[str, DAG], kind: str, shape: Callable[[], DAG]
) -> None:
    built = DagSerialization.to_dict(shape())["dag"]
    copied = DagSerialization.to_dict(dags[f"{kind}__orders"])["dag"]
    assert copied["tasks"] == built["tasks"]
    assert copied["task_group"] == built["task_group"]


@SHAPES
def test_a_copy_differs_from_what_it_was_copied_from_by_its_place_only(
    dags: Mapping[str, DAG], kind: str, shape: Callable[[], DAG]
) -> None:
    dag = dags[f"{kind}__orders"]
    for task in shape().tasks:
        copied, original = attributes(dag.get_task(task.task_id)), attributes(task)
        assert {name for name, value in original.items() if copied[name] != value} <= {"service"}


@SHAPES
def test_two_services_share_no_container(dags: Mapping[str, DAG], kind: str, shape: Callable[[], DAG]) -> None:
    one, other = dags[f"{kind}__orders"], dags[f"{kind}__forms"]
    for task in one.tasks:
        mine = {id(value) for value in containers(task)}
        assert mine
        for again in (other.get_task(task.task_id), shape().get_task(task.task_id)):
            assert mine.isdisjoint(id(value) for value in containers(again))


def test_a_copy_knows_its_dag_group_and_service(dags: Mapping[str, DAG]) -> None:
    for dag in dags.values():
        assert dag.get_task("open").service == dag.dag_id.partition("__")[2]
        for task in dag.tasks:
            group = task.task_id.rpartition(".")[0] or None
            assert (task.dag is dag, task.task_group.group_id, task.task_group.dag is dag) == (True, group, True)
            assert task.task_group.children[task.task_id] is task


@SHAPES
def test_a_shape_itself_is_no_dag_of_the_file(dags: Mapping[str, DAG], kind: str, shape: Callable[[], DAG]) -> None:
    assert shape().dag_id not in dags
    assert not shape().auto_register


def attributes(task: BaseOperator) -> dict[str, object]:
    """What a task consists of, less its place; a form by its fields."""
    return {
        name: value.dump() if isinstance(value, ParamsDict) else value
        for name, value in vars(task).items()
        if name not in PLACE
    }


def containers(task: BaseOperator) -> list[object]:
    """What could be changed in place."""
    return [value for value in vars(task).values() if isinstance(value, (dict, list, set))]
