"""The DAG that releases are measured against: Airflow may fail a question of it that is answered early."""

from types import SimpleNamespace

import pytest

from slipway.airflow_edge.approval import ApprovalSensor
from slipway.domain.grant import Step
from tests.bench.dags.bare_dag import question

pytestmark = pytest.mark.airflow


def test_a_bare_question_is_tried_again_as_a_releases_is() -> None:
    bare, ours = question("approve", "sofia"), ApprovalSensor(task_id="approve", step=Step.APPROVE)
    assert (bare.retries, bare.retry_delay) == (ours.retries, ours.retry_delay)


def test_what_was_answered_is_not_asked_again() -> None:
    second_try = {"ti": SimpleNamespace(try_number=2), "task_instance": None}
    assert question("approve", "sofia").execute(second_try) is None
