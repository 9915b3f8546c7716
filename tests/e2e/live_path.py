"""Who worked on the live path when, by the log and by the recorder."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations

from tests.e2e.recorder import Recorder
from tests.e2e.story import Row

LIVE_PATH = ("preprod", "prod", "qa", "live")


@dataclass(frozen=True, order=True)
class Stay:
    """From when to when somebody was there."""

    begin: float
    end: float
    who: str


def stays_in_the_log(log: Sequence[Row]) -> list[Stay]:
    """From each turn on the live lane to the entry that freed it, or gave it to somebody else, in order."""
    stays = []
    for taken in log:
        if taken["kind"] != "turn_taken" or taken["payload"]["lane"] != "live":
            continue
        same = (taken["attempt"], taken["environment"])
        freed = [
            entry["at"].timestamp()
            for entry in log
            if entry["kind"] in {"lane_freed", "lane_overtaken"}
            and (entry["attempt"], entry["environment"]) == same
            and entry["seq"] > taken["seq"]
        ]
        stays.append(Stay(taken["at"].timestamp(), min(freed, default=float("inf")), " in ".join(same)))
    return sorted(stays)


def stays_in_the_targets(recorder: Recorder) -> list[Stay]:
    """Each action of a deploy tool on the live path, in order."""
    works = [work for work in recorder.works() if work.environment in LIVE_PATH]
    return sorted(Stay(work.begin, work.end, f"{work.service} in {work.environment}") for work in works)


def meetings(stays: Sequence[Stay]) -> list[tuple[Stay, Stay]]:
    """Pairs of stays that overlap."""
    return [(one, other) for one, other in combinations(sorted(stays), 2) if other.begin < one.end]


def rescues_beside(overlaps: Sequence[Row]) -> set[frozenset[str]]:
    """Who was on the live path together by right: a rescue, and what the log says that it was beside (R18)."""
    return {
        frozenset(f"{one['service']} in {one['environment']}" for one in (entry, entry["payload"]["beside"]))
        for entry in overlaps
    }
