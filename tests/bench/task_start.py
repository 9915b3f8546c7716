"""From the start of a task's process to the first thing it does, by Airflow's record and the release log."""

import statistics
from collections.abc import Iterator, Sequence

from tests.bench.bench_platform import Played, Stand
from tests.bench.figures import Figure

FIRST_ENTRY = ("take_turn", "check_migrations", "watch")
"""Tasks that write before they wait for anything: `migrate` waits for `hold_slot`, and a permit asks the targets."""
RATIO = 1.2
"""No longer, but for what two runs on one machine differ anyway."""


def start_seconds(stand: Stand, runs: Sequence[Played]) -> float:
    """Median over the tasks of these releases."""
    taken = [seconds for run in runs for seconds in _of(stand, run)]
    return statistics.median(taken)


def _of(stand: Stand, run: Played) -> Iterator[float]:
    entries = stand.rows(
        """SELECT l.via, min(l.at) AS first FROM log l JOIN attempt a ON a.id = l.attempt
        WHERE a.dag_id = :d AND a.run_id = :r AND l.via LIKE 'task:%' GROUP BY l.via""",
        d=run.dag_id,
        r=run.run_id,
    )
    for entry in entries:
        task_id = entry["via"].removeprefix("task:")
        if task_id.rpartition(".")[2] in FIRST_ENTRY and task_id in run.started:
            yield (entry["first"] - run.started[task_id]).total_seconds()


def compared(few: float, many: float, counts: tuple[int, int]) -> Iterator[Figure]:
    """The figures of both platforms, and their ratio."""
    for count, value in zip(counts, (few, many), strict=True):
        yield Figure(point="b", what=f"start of a task, {count:,} services", value=value, unit="s")
    what = f"start of a task, {counts[1]:,} ÷ {counts[0]:,} services"
    yield Figure(point="b", what=what, value=many / few, target=RATIO)
