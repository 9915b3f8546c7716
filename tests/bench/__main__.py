"""Measures how fast Slipway is and prints it beside what it must reach: `python -m tests.bench` (`make bench`).

Ends with 0 whatever the figures say, with 1 where something could not be measured.
"""

import argparse
import os
import sys
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

from tests.bench.bench_platform import Played, running
from tests.bench.commands import measure_commands
from tests.bench.dag_speed import MANY, measure_dags
from tests.bench.figures import Figure, as_text
from tests.bench.ground import ground
from tests.bench.lane_speed import measure_lane
from tests.bench.log_speed import measure_log
from tests.bench.migration_speed import measure_migrations
from tests.bench.page import machine, write_page
from tests.bench.release_speed import measure_releases, play_release
from tests.bench.scratch import scratch
from tests.bench.task_start import compared, start_seconds

PARTS = ("migrations", "commands", "log", "dags", "releases", "lane", "start")
FEW = 10
_BARE_DAGS = Path(__file__).with_name("dags")
_PLATFORM_PARTS = {"releases", "lane", "start"}


def main(arguments: Sequence[str] | None = None) -> int:
    """0 when all was measured."""
    wanted = _options().parse_args(arguments)
    load, began = os.getloadavg()[0], time.monotonic()
    _say(f"Measuring on a machine with {machine(load)}.")
    figures = list(_told(_measure(wanted)))
    minutes = (time.monotonic() - began) / 60
    _say(f"\n{as_text(figures)}\n\nTook {minutes:.1f} minutes; load average before {load:.1f}.")
    if wanted.write:
        write_page(figures, load, minutes)
    return 0


def _options() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m tests.bench", description=__doc__)
    parser.add_argument("--write", action="store_true", help="write docs/reference/performance.md")
    parser.add_argument("--only", nargs="+", choices=PARTS, default=PARTS, help="measure these parts only")
    parser.add_argument("--rounds", type=int, default=3, help="releases, each with a bare run (default 3)")
    parser.add_argument("--lane", type=int, default=7, help="releases that queue for the lane (default 7)")
    parser.add_argument("--many", type=int, default=MANY, help="services that are many (default 1,000)")
    return parser


def _measure(wanted: argparse.Namespace) -> Iterator[Figure]:
    parts = set(wanted.only)
    if "migrations" in parts:  # first, while this process holds nothing else: its peak is one of the figures
        yield from measure_migrations()
    if "commands" in parts:
        yield from measure_commands(rounds=5)
    if parts & {"log", "dags"}:
        yield from _measure_on_ground(parts, wanted.many)
    if parts & _PLATFORM_PARTS:
        yield from _measure_on_platforms(parts, wanted)


def _measure_on_ground(parts: set[str], many: int) -> Iterator[Figure]:
    with scratch() as root, ground(root / "home") as prepared:
        if "log" in parts:
            yield from measure_log(prepared, rounds=5, seconds=1.0)
        if "dags" in parts:
            yield from measure_dags(prepared, root, (10, 100, many), by_hand=50)


def _measure_on_platforms(parts: set[str], wanted: argparse.Namespace) -> Iterator[Figure]:
    services = [f"whole-{number}" for number in range(wanted.rounds)]
    queuing = [f"lane-{number}" for number in range(wanted.lane)] if "lane" in parts else []
    ours: list[Played] = []
    with scratch() as root, running(root, services, FEW, without_dev=queuing, more_dags=[_BARE_DAGS]) as stand:
        if "releases" in parts:
            yield from measure_releases(stand, services, ours)
        elif "start" in parts:
            ours += [play_release(stand, service) for service in services]
        if "lane" in parts:
            yield from measure_lane(stand, queuing)
        few = start_seconds(stand, ours) if "start" in parts else 0.0
    if "start" in parts:
        with scratch() as root, running(root, services, wanted.many) as stand:
            play_release(stand, services[0])  # each worker's first task imports what later ones find
            many = start_seconds(stand, [play_release(stand, service) for service in services[1:]])
        yield from compared(few, many, (FEW, wanted.many))


def _told(figures: Iterator[Figure]) -> Iterator[Figure]:
    """Says each figure as it comes: a run takes minutes."""
    for figure in figures:
        _say("  ".join(cell for cell in figure.cells() if cell))
        yield figure


def _say(text: str) -> None:
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
