"""Compares what Airflow remembers with what the recorder wrote: everything must have its request (R4, R24).

Pure. Airflow's audit log has rows for the REST interface and for the Airflow CLI; what was done straight in the
database has none, so runs, answers and asset events are looked at as they stand, too.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import datetime, timedelta

from slipway.domain.audit import (
    BY_COMMAND_LINE,
    BY_DATABASE,
    CLI_PREFIX,
    PAST_THE_RECORDER,
    UNKNOWN,
    AirflowEvent,
    AirflowFacts,
    Finding,
    Judged,
    RecordedRequest,
    RunFact,
    RunName,
)

TOLERANCE = timedelta(minutes=2)
"""How far the clocks of Airflow and of the release database may differ, with the length of a request."""
ITSELF = frozenset({"timetable", "asset"})
"""Ways in which Airflow starts runs by itself; an asset event is looked at as such."""

READING = frozenset(
    CLI_PREFIX + name
    for name in (
        # The platform's own processes say so when they start.
        *("api_server", "scheduler", "triggerer", "dag_processor"),
        *("asset_details", "asset_list", "check", "dag_details", "dag_list_dag_runs", "dag_list_dags"),
        *("dag_list_import_errors", "dag_list_jobs", "dag_next_execution", "dag_report", "dag_state"),
        *("task_failed_deps", "task_list", "task_render", "task_state", "task_states_for_dag_run", "team_list"),
    )
)
"""Commands that only look. Any other one, also one that we have never heard of, counts as a change."""

READING_BY_POST = frozenset({"get_list_dag_runs_batch", "get_task_instances_batch"})
"""Airflow's names for its `…/list` requests, which the recorder lets pass: their filters come in a body."""

_STARTS = frozenset(
    {"cli_dag_trigger", "cli_asset_materialize", "cli_dag_test", "cli_task_test", "cli_create_backfill"}
)
_CLEARS = frozenset({"cli_task_clear", "cli_dag_clear", "cli_clear"})
_DELETES = frozenset({"cli_dag_delete", "cli_cleanup_tables", "cli_resetdb"})
Fits = Callable[[RecordedRequest], bool]


def is_change(event: AirflowEvent) -> bool:
    """Whether somebody may have changed something; rows about states of tasks have neither command nor method."""
    if event.by_command_line:
        return event.event not in READING
    return event.method not in {None, "GET", "HEAD", "OPTIONS"} and event.event not in READING_BY_POST


def judge(facts: AirflowFacts, requests: Sequence[RecordedRequest]) -> Iterator[Judged]:
    """Everything that was compared, with a finding for what no request accounts for."""
    commands = [event for event in facts.events if event.by_command_line]
    yield from _events(facts.events, _Unused(requests))
    made = _Unused(requests)
    for run in facts.runs:
        if run.how not in ITSELF:
            by_command = _commanded(commands, _STARTS, run.dag_id)
            found = None if by_command or made.take(run.started, _started(run)) else _finding("run started", run)
            yield Judged(key=f"run:{run.dag_id}:{run.run_id}", finding=found)
        if run.clears:
            by_command = _commanded(commands, _CLEARS, run.dag_id)
            found = None if by_command or made.any(_cleared(run)) else _state("run cleared", run)
            yield Judged(key=f"cleared:{run.dag_id}:{run.run_id}:{run.clears}", finding=found)
    for gone in facts.missing:
        by_command = _commanded(commands, _DELETES, gone.dag_id)
        found = None if by_command or made.any(_deleted(gone)) else _state("run deleted", gone)
        yield Judged(key=f"deleted:{gone.dag_id}:{gone.run_id}", finding=found)
    yield from _answers_and_asset_events(facts, made)


def _events(events: Iterable[AirflowEvent], unused: "_Unused") -> Iterator[Judged]:
    for event in events:
        if not is_change(event):
            continue
        known = not event.by_command_line and unused.take(event.at, _same(event))
        via = BY_COMMAND_LINE if event.by_command_line else PAST_THE_RECORDER
        found = Finding(
            what=event.event,
            actor=event.owner,
            via=via,
            at=event.at,
            dag_id=event.dag_id,
            run_id=event.run_id,
            task_id=event.task_id,
            command=event.command,
        )
        yield Judged(key=f"event:{event.id}", finding=None if known else found)


def _answers_and_asset_events(facts: AirflowFacts, made: "_Unused") -> Iterator[Judged]:
    for answer in facts.answers:
        where = (answer.dag_id, answer.run_id, answer.task_id)

        def answered(one: RecordedRequest, by: str = answer.by, where: tuple[str, str, str] = where) -> bool:
            return one.actor == by and (one.dag_id, one.run_id, one.task_id) == where and not one.refused

        fact = Finding(
            what="question answered",
            actor=answer.by,
            via=BY_DATABASE,
            at=answer.at,
            dag_id=answer.dag_id,
            run_id=answer.run_id,
            task_id=answer.task_id,
        )
        yield Judged(key=f"answer:{answer.id}", finding=None if made.take(answer.at, answered) else fact)
    for sent in facts.asset_events:
        known = made.take(sent.at, lambda one: one.path == "/api/v2/assets/events" and not one.refused)
        what = f"asset event of {sent.asset}"
        fact = Finding(what=what, actor=UNKNOWN, via=BY_DATABASE, at=sent.at)
        yield Judged(key=f"asset_event:{sent.id}", finding=None if known else fact)


class _Unused:
    """Requests that account for nothing yet: each accounts for one thing."""

    def __init__(self, requests: Iterable[RecordedRequest]) -> None:
        self._left = sorted(requests, key=lambda one: one.at)

    def take(self, at: datetime, fits: Fits) -> bool:
        """Uses up the newest fitting request before a moment (clocks differ, so: or shortly after)."""
        near = [one for one in self._left if abs(at - one.at) <= TOLERANCE and fits(one)]
        if not near:
            return False
        before = [one for one in near if one.at <= at]
        self._left.remove((before or near[:1])[-1])
        return True

    def any(self, fits: Fits) -> bool:
        """Whether a fitting request was made at all, for what Airflow gives no time of."""
        return any(fits(one) for one in self._left)


def _same(event: AirflowEvent) -> Fits:
    def fits(one: RecordedRequest) -> bool:
        same = one.actor == event.owner and one.method == event.method and one.dag_id == event.dag_id
        return same and (None in {one.run_id, event.run_id} or one.run_id == event.run_id)

    return fits


def _started(run: RunFact) -> Fits:
    def fits(one: RecordedRequest) -> bool:
        started = one.method == "POST" and not one.refused and one.path.rsplit("/")[-1] in _WAYS_TO_START
        return started and one.dag_id in {None, run.dag_id} and one.run_id in {None, run.run_id} and one.actor == run.by

    return fits


_WAYS_TO_START = frozenset({"dagRuns", "backfills", "materialize"})


def _cleared(run: RunFact) -> Fits:
    def fits(one: RecordedRequest) -> bool:
        clears = "clear" in one.path.lower() or (one.method == "PATCH" and one.run_id == run.run_id)
        return clears and not one.refused and one.dag_id in {None, run.dag_id} and one.run_id in {None, run.run_id}

    return fits


def _deleted(gone: RunName) -> Fits:
    def fits(one: RecordedRequest) -> bool:
        in_bulk = one.method == "PATCH" and one.dag_id is None
        deletes = one.path.startswith("/api/v2/dags/") and (one.method == "DELETE" or in_bulk) and one.task_id is None
        return deletes and not one.refused and one.dag_id in {None, gone.dag_id} and one.run_id in {None, gone.run_id}

    return fits


def _commanded(commands: Iterable[AirflowEvent], names: frozenset[str], dag_id: str) -> bool:
    """Whether the command line did it, which is a finding of its own. Some commands name no DAG."""
    return any(one.event in names and one.dag_id in {None, dag_id} for one in commands)


def _finding(what: str, run: RunFact) -> Finding:
    return Finding(
        what=what, actor=run.by or UNKNOWN, via=BY_DATABASE, at=run.started, dag_id=run.dag_id, run_id=run.run_id
    )


def _state(what: str, run: RunFact | RunName) -> Finding:
    return Finding(what=what, actor=UNKNOWN, via=BY_DATABASE, at=None, dag_id=run.dag_id, run_id=run.run_id)
