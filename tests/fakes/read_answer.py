"""Answers as Airflow would keep them, by task instance."""

from slipway.console.parts import Where
from slipway.domain.grant import Answer


class FakeReadAnswer:
    """What was put in for a task instance; None for all others."""

    def __init__(self) -> None:
        self.kept: dict[Where, Answer] = {}

    def __call__(self, where: Where) -> Answer | None:
        return self.kept.get(where)
