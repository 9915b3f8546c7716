"""How long the lane stands idle between two releases that queue for it."""

import statistics
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime

from slipway.platform.client import wait_for
from slipway.platform.errors import PlatformError
from tests.bench.bench_platform import PATIENCE, RELEASER, Stand, answer, form_of
from tests.bench.figures import Figure

SECONDS = 4.0
FEWEST = 5
"""Handovers below which a median says nothing."""


def measure_lane(stand: Stand, services: Sequence[str]) -> Iterator[Figure]:
    """Releases all these to Preprod at once. Raises PlatformError where fewer than five handovers were seen."""
    clients = {service: stand.client(RELEASER) for service in services}
    for service, client in clients.items():
        client.trigger(f"release__{service}", f"lane-{service}", form_of(service, "1.1.0", "preprod"))
    hold = _hold(stand)
    with ThreadPoolExecutor(len(services)) as pool:
        list(pool.map(lambda s: answer(stand, f"release__{s}", f"lane-{s}", "preprod.approve"), services))
    for service in services:
        _until_queued(stand, service)
    _lift(stand, hold)
    for service, client in clients.items():
        client.wait_for_end(f"release__{service}", f"lane-{service}", PATIENCE)
    gaps = handovers(stand)
    if len(gaps) < FEWEST:
        raise PlatformError(f"Only {len(gaps)} handovers of the lane were seen; {FEWEST} are needed.")
    what = f"lane freed → next holder parked, median of {len(gaps)}"
    yield Figure(point="e", what=what, value=statistics.median(gaps), unit="s", target=SECONDS)
    yield Figure(point="e", what="lane freed → next holder parked, longest", value=max(gaps), unit="s")


def handovers(stand: Stand) -> list[float]:
    """Seconds of each handover to a release that had been waiting when the lane was freed."""
    entries = stand.rows(
        """SELECT l.kind, l.attempt, l.at FROM log l JOIN attempt a ON a.id = l.attempt
        WHERE a.run_id LIKE 'lane-%' AND l.environment = 'preprod'
        AND l.kind IN ('turn_queued', 'lane_freed', 'slot_parked') ORDER BY l.seq"""
    )
    queued: dict[str, datetime] = {}
    freed: datetime | None = None
    gaps: list[float] = []
    for entry in entries:
        if entry["kind"] == "turn_queued":
            queued.setdefault(entry["attempt"], entry["at"])
        elif entry["kind"] == "lane_freed":
            freed = entry["at"]
        elif freed is not None and queued[entry["attempt"]] < freed:
            gaps.append((entry["at"] - freed).total_seconds())
    return gaps


def _hold(stand: Stand) -> int:
    """Nobody goes on before all are in the queue."""
    body = {"scope": "environment", "name": "preprod", "reason": "All are to queue first.", "until": None}
    placed = stand.client(RELEASER).request("POST", "/slipway/api/holds", json=body)
    placed.raise_for_status()
    return int(placed.json()["id"])


def _lift(stand: Stand, hold: int) -> None:
    body = {"reason": "All are in the queue."}
    stand.client(RELEASER).request("POST", f"/slipway/api/holds/{hold}/lift", json=body).raise_for_status()


def _until_queued(stand: Stand, service: str) -> None:
    wait_for(
        lambda: (
            stand.rows(
                """SELECT 1 FROM log l JOIN attempt a ON a.id = l.attempt WHERE a.run_id = :r
            AND l.kind = 'turn_queued' AND l.environment = 'preprod'""",
                r=f"lane-{service}",
            )
            or None
        ),
        PATIENCE,
        f"{service} to queue",
    )
