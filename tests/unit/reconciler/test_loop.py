"""One duty that fails, by bad luck or by a bug, stops no other."""

import logging
from typing import Any, cast

import pytest

from slipway.domain.errors import SlipwayError
from slipway.reconciler.loop import Reconciler


def a_reconciler() -> Reconciler:
    return Reconciler(cast("Any", None), cast("Any", None), pid=1)


@pytest.mark.parametrize("problem", [SlipwayError("Airflow is away"), KeyError("state")], ids=["bad luck", "a bug"])
def test_a_duty_that_fails_is_complained_about_once_and_stops_no_other(
    problem: Exception, caplog: pytest.LogCaptureFixture
) -> None:
    reconciler, done = a_reconciler(), []

    def fails() -> None:
        raise problem

    with caplog.at_level(logging.INFO):
        for _ in range(3):
            reconciler._duty("orphans", fails)
            reconciler._duty("holds", lambda: done.append("ended"))
        reconciler._duty("orphans", lambda: None)
    assert done == ["ended"] * 3
    assert [record.levelname for record in caplog.records] in (["WARNING", "INFO"], ["ERROR", "INFO"])
