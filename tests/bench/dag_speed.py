"""Parsing, serialising and writing the DAGs of few and many services, against files written by hand."""

import shutil
from collections.abc import Iterator, Sequence
from pathlib import Path

from slipway.platform.home import PROJECT
from tests.bench.figures import Figure
from tests.bench.ground import Ground
from tests.scale.many_services import Noted, write_catalogue

MANY = 1_000
MANY_SECONDS = 60.0
MILLISECONDS_A_SERVICE = 15.0
_HAND_WRITTEN = Path(__file__).with_name("hand_written_dag.py")


def measure_dags(ground: Ground, root: Path, counts: Sequence[int], by_hand: int) -> Iterator[Figure]:
    """Every count in a process and a database of its own."""
    ground.prepare_airflow()
    noted = Noted(root / "noted")
    noted.address = "http://127.0.0.1:9"
    ours = root / "our_dags"
    ours.mkdir()
    shutil.copy(PROJECT / "dags" / "release_dags.py", ours)
    a_service = 0.0
    for count in counts:
        catalogue = write_catalogue(root / f"catalogue-{count}", [], count, noted)
        spent = ground.seconds_to_write(f"ours_{count}", catalogue, ours)
        a_service = _milliseconds(spent, count)
        yield from _figures(count, spent)
    plain = _milliseconds(ground.seconds_to_write("by_hand", catalogue, _by_hand(root / "by_hand", by_hand)), by_hand)
    yield Figure(point="b", what="by hand: parse and serialise, a service", value=plain, unit="ms")
    yield Figure(point="b", what="ours ÷ by hand, a service", value=a_service / plain)


def _figures(count: int, spent: dict[str, float]) -> Iterator[Figure]:
    all_of_it = sum(spent[kind] for kind in ("parse", "serialise", "write"))
    for kind in ("parse", "serialise", "write"):
        yield Figure(point="b", what=f"{count:,} services: {kind}", value=spent[kind], unit="s")
    many = count >= MANY
    what = f"{count:,} services: parse, serialise and write"
    yield Figure(point="b", what=what, value=all_of_it, unit="s", target=MANY_SECONDS if many else None)
    what = f"{count:,} services: parse and serialise, a service"
    limit = MILLISECONDS_A_SERVICE if many else None
    yield Figure(point="b", what=what, value=_milliseconds(spent, count), unit="ms", target=limit)


def _milliseconds(spent: dict[str, float], services: int) -> float:
    return 1000 * (spent["parse"] + spent["serialise"]) / services


def _by_hand(folder: Path, count: int) -> Path:
    folder.mkdir()
    text = _HAND_WRITTEN.read_text(encoding="utf-8")
    for number in range(count):
        (folder / f"plain_{number}.py").write_text(text.replace('"plain"', f'"plain-{number}"', 1), encoding="utf-8")
    return folder
