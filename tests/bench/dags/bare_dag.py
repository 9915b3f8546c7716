"""The yardstick: an Airflow DAG with a release's tasks and resumes, whose tasks do nothing and which asks people.

Named like a release, because only those may be triggered on the platform.
"""

from datetime import timedelta
from itertools import pairwise
from typing import Any

from airflow.providers.standard.operators.hitl import HITLOperator
from airflow.providers.standard.triggers.temporal import TimeDeltaTrigger
from airflow.sdk import DAG, BaseOperator, TaskGroup


class Nothing(BaseOperator):
    """Does nothing."""

    def execute(self, context: Any) -> None:
        """Nothing."""


class Deferring(BaseOperator):
    """Is deferred for a second, as `hold_slot` is for as long as it takes."""

    def execute(self, context: Any) -> None:
        """Defers."""
        self.defer(trigger=TimeDeltaTrigger(timedelta(seconds=1)), method_name="resume")

    def resume(self, context: Any, event: Any) -> None:
        """Nothing."""


class Question(HITLOperator):
    """Airflow may fail it where it was answered early: then it is tried again, and was answered."""

    def execute(self, context: Any) -> None:
        """Asks once."""
        if context["ti"].try_number == 1:
            super().execute(context)


def question(task_id: str, person: str) -> HITLOperator:
    """A question to one person, tried again like those of a release."""
    return Question(
        task_id=task_id,
        subject="Go on?",
        options=["Approve", "Reject"],
        assigned_users=[{"id": person, "name": person}],
        retries=20,
        retry_delay=timedelta(seconds=3),
    )


def stage(before: list[BaseOperator], asked: dict[str, str], *, live: bool, watched: bool) -> list[BaseOperator]:
    """One stage's tasks; returns what the next one hangs on, the task beside the critical path last."""
    chain: list[BaseOperator] = [Nothing(task_id="check_migrations")] if live else []
    chain += [question(task_id, person) for task_id, person in asked.items()]
    chain += [Nothing(task_id=name) for name in ("take_turn", "migrate", "deploy", "smoke")]
    before >> chain[0]
    for one, next_one in pairwise(chain):
        one >> next_one
    smoke, finish = chain[-1], Nothing(task_id="finish_stage")
    if watched:
        verdict = Nothing(task_id="verdict")
        smoke >> [Nothing(task_id="watch"), question("confirm", "gina")] >> verdict >> finish
    else:
        smoke >> finish
    beside: list[BaseOperator] = [Deferring(task_id="hold_slot")] if live else []
    chain[-4] >> beside
    return [smoke, finish.as_teardown(), *beside]


with DAG("release__bare", schedule=None, default_args={"retries": 0}):
    opening = Nothing(task_id="open")
    closing = Nothing(task_id="close").as_teardown(on_failure_fail_dagrun=True)
    with TaskGroup("dev"):
        passed = stage([opening], {}, live=False, watched=False)
    with TaskGroup("preprod"):
        passed = stage(passed, {"approve": "sofia"}, live=True, watched=False)
        passed.pop() >> closing
    with TaskGroup("prod"):
        passed = stage(passed, {"authorise": "sofia", "sign_off": "greta"}, live=True, watched=True)
    passed >> closing
