"""What waits for others takes no worker: it is deferred, and everything is checked again when it resumes."""

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any
from unittest.mock import MagicMock

import pytest
from airflow.callbacks.database_callback_sink import DatabaseCallbackSink
from airflow.models.trigger import handle_event_submit
from airflow.sdk.exceptions import AirflowFailException, AirflowSkipException, TaskDeferred
from airflow.triggers.base import TaskSkippedEvent, TaskSuccessEvent, TriggerEvent

from slipway.airflow_edge import steps, triggers
from slipway.airflow_edge.steps import Deploy, Migrate, Watch, WorkStep
from slipway.airflow_edge.triggers import LaneFreed, LiveWatched, RescueOver
from slipway.domain.errors import HeldBackError
from slipway.domain.release import StageOutcome
from slipway.domain.service import StageRole
from slipway.use_cases.watch import Progress, Watched, WatchFailedError, WatchIsOverError

pytestmark = pytest.mark.airflow


def held_back_once(monkeypatch: pytest.MonkeyPatch, use_case: str) -> list[str]:
    """The use case finds a rescue that runs, the first time."""
    calls: list[str] = []

    def work(_world: Any, attempt_id: str, *_: Any) -> str:
        calls.append(attempt_id)
        if len(calls) == 1:
            raise HeldBackError("held back: orders is being brought back")
        return "done"

    monkeypatch.setattr(steps, use_case, work)
    monkeypatch.setattr(steps, "world", lambda: None)
    monkeypatch.setattr(steps, "attempt_of", lambda _: SimpleNamespace(id="r7.1"))
    monkeypatch.setattr(steps, "slot_is_parked", lambda *_: True)
    monkeypatch.setattr(steps, "is_held_back", lambda *_: False)
    return calls


@pytest.mark.parametrize(("make", "use_case"), [(Migrate, "migrate"), (Deploy, "deploy")])
def test_a_start_that_a_rescue_holds_back_is_deferred_and_tried_again(
    monkeypatch: pytest.MonkeyPatch, make: Callable[..., WorkStep], use_case: str
) -> None:
    calls = held_back_once(monkeypatch, use_case)
    task = make(task_id=use_case, role=StageRole.PREPROD)
    context = {"ti": SimpleNamespace(id="t", try_number=1, task_id=use_case)}

    with pytest.raises(TaskDeferred) as deferred:
        task.execute(context)

    assert isinstance(deferred.value.trigger, RescueOver)
    assert deferred.value.trigger.serialize()[1] == {"attempt_id": "r7.1", "role": "preprod", "until": None}
    assert getattr(task, deferred.value.method_name)(context, {}) == "done"
    assert calls == ["r7.1", "r7.1"]


def test_where_there_is_nothing_to_migrate_the_wait_is_before_the_deploy(monkeypatch: pytest.MonkeyPatch) -> None:
    held_back_once(monkeypatch, "deploy")
    monkeypatch.setattr(steps, "is_held_back", lambda *_: True)
    monkeypatch.setattr(steps, "migrate", lambda *_: pytest.fail("it is not its time"))
    context = {"ti": SimpleNamespace(id="t", try_number=1, task_id="migrate")}

    for execute in ("execute", "after_the_wait", "after_the_rescue"):
        with pytest.raises(TaskDeferred) as deferred:
            getattr(Migrate(task_id="migrate", role=StageRole.PREPROD), execute)(
                context, *([] if execute == "execute" else [{}])
            )
        assert isinstance(deferred.value.trigger, RescueOver)


def a_watch_that(monkeypatch: pytest.MonkeyPatch, *says: Watched | Exception) -> tuple[Watch, dict[str, Any]]:
    """The task, whose use case says these one after the other."""
    answers = iter(says)

    def watch(*_: Any) -> Watched:
        answer = next(answers)
        if isinstance(answer, Exception):
            raise answer
        return answer

    monkeypatch.setattr(steps, "watch", watch)
    monkeypatch.setattr(steps, "world", lambda: None)
    monkeypatch.setattr(steps, "attempt_of", lambda _: SimpleNamespace(id="r7.1"))
    context = {"ti": SimpleNamespace(id="t", try_number=1, task_id="watch")}
    return Watch(task_id="watch", role=StageRole.PROD), context


def test_a_watch_is_deferred_till_it_is_decided_and_ends_by_resuming(monkeypatch: pytest.MonkeyPatch) -> None:
    until = datetime(2026, 11, 19, 11, tzinfo=UTC)
    goes_on, ended = Watched(detail="so far", until=until), Watched(detail="pass: all well", until=None)
    task, context = a_watch_that(monkeypatch, goes_on, goes_on, ended)

    for start in (task.execute, lambda context: task.resume(context, {})):
        with pytest.raises(TaskDeferred) as deferred:
            start(context)
        assert isinstance(deferred.value.trigger, LiveWatched)
        assert deferred.value.trigger.serialize()[1] == {
            "attempt_id": "r7.1",
            "role": "prod",
            "until": until.isoformat(),
        }
    assert getattr(task, deferred.value.method_name)(context, {}) == "pass: all well"


@pytest.mark.parametrize(
    ("says", "ends"),
    [
        (WatchFailedError("errors"), AirflowFailException),
        (WatchIsOverError("stopped", StageOutcome.WITHDRAWN), AirflowSkipException),
        (WatchIsOverError("overtaken", StageOutcome.SUPERSEDED), AirflowSkipException),
        (WatchIsOverError("nobody answered", StageOutcome.UNVERIFIED), AirflowFailException),
    ],
    ids=["it failed", "stopped", "overtaken", "the stage has ended unverified"],
)
def test_a_watch_that_fails_or_is_over_lets_the_stage_finish_at_once(
    monkeypatch: pytest.MonkeyPatch, says: Exception, ends: type[Exception]
) -> None:
    task, context = a_watch_that(monkeypatch, says)
    with pytest.raises(ends):
        task.execute(context)


def test_the_trigger_that_watches_looks_round_by_round_and_resumes_the_task(monkeypatch: pytest.MonkeyPatch) -> None:
    rounds = iter([Progress(over=False, says="1 good"), Progress(over=False), Progress(over=True)])
    monkeypatch.setattr(triggers, "world", lambda: None)
    monkeypatch.setattr(triggers, "look_at_live", lambda *_: next(rounds))
    monkeypatch.setattr(triggers, "changes", lambda: SimpleNamespace(mark=lambda: 0, wait=_at_once))
    trigger = LiveWatched(attempt_id="r7.1", role="prod")
    told: list[str] = []
    monkeypatch.setattr(LiveWatched, "log", SimpleNamespace(info=lambda text, *words: told.append(text % words)))

    async def first() -> TriggerEvent:
        return await anext(trigger.run())

    event = asyncio.run(first())
    assert type(event) is TriggerEvent, "ends the task by resuming it (ADR 0017)"
    assert (list(rounds), told) == ([], ["Watched: 1 good"])


async def _at_once(*_: object) -> None:
    pass


def test_the_end_of_hold_slot_makes_airflow_parse_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    sent: list[object] = []
    monkeypatch.setattr(DatabaseCallbackSink, "send", lambda *_, **given: sent.append(given["callback"]))
    monkeypatch.setattr("airflow.callbacks.callback_requests.TaskCallbackRequest", SimpleNamespace)

    def ended_by(event: TriggerEvent) -> str:
        task = MagicMock()
        handle_event_submit(event, task_instance=task, session=MagicMock())
        return str(task.set_state.call_args.args[0])

    its_own = LaneFreed(attempt_id="r7.1", role="preprod").event()
    assert isinstance(its_own, TaskSkippedEvent)
    assert (ended_by(its_own), sent) == ("skipped", [])
    assert (ended_by(TaskSuccessEvent()), len(sent)) == ("success", 1), "else it may end as a success"
