"""The page `docs/reference/performance.md`, written by the run that measured."""

import os
import platform
from collections.abc import Sequence
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

import psutil

from slipway.platform.home import PROJECT
from tests.bench.figures import Figure, as_markdown

PAGE = PROJECT / "docs" / "reference" / "performance.md"


def machine(load_before: float) -> str:
    """The machine and what else it was doing, without its name."""
    memory = psutil.virtual_memory().total / 2**30
    return (
        f"{os.cpu_count()} cores ({platform.machine()}), {memory:.0f} GiB of memory, {platform.system()}, "
        f"Python {platform.python_version()}, Airflow {version('apache-airflow')}, embedded PostgreSQL; "
        f"load average before the run {load_before:.1f}"
    )


def write_page(figures: Sequence[Figure], load_before: float, minutes: float, page: Path = PAGE) -> None:
    """Writes figures, machine and day."""
    text = f"""# Performance

Written by `python -m tests.bench --write` on {datetime.now(tz=UTC):%d %B %Y}. The run took {minutes:.1f} minutes on
a machine with {machine(load_before)}.

Ratios compare two things in the same run on the same machine. A load average well above 0 before the run means that
other programs worked beside it: the seconds are then too high, the ratios less so.

{as_markdown(figures)}

## What the points mean

- **a** Wall clock of a release whose deploys do nothing, from Dev to live, divided by that of a bare Airflow DAG of the
  same shape on the same platform: tasks that do nothing, plain human-in-the-loop questions answered in the same way.
  The time in which a question waited for its answer is taken off both.
- **b** What the DAG processor does with all services: build the DAGs, serialise them, write them into a database in
  which none is known yet; a service has two DAGs of 7 and 27 tasks. The hand-written files have the same two graphs
  of plain operators, one file a service. Start of a task: from the start of its process to its first entry in the
  release log.
- **c** One connection, one commit an append, against the same row into a table without chain; then four connections.
- **d** From the answer's HTTP response to the start of the next task, against a bare human-in-the-loop question.
- **e** From `lane_freed` to the next release's `slot_parked` in the release log, while others queue.
- **f** The proof of one migration on PostgreSQL, against a dump of the database into another one and the upgrade there.
  The whole proof has the deployed version's statements, squawk, and three expectations that are tried twice in a child
  of their own; how long those take depends on the service's suites. The figure of memory is our process's: the
  databases, squawk and the child have their own.
"""
    page.parent.mkdir(parents=True, exist_ok=True)
    page.write_text(text, encoding="utf-8")
