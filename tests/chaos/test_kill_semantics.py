"""Whatever is killed, marked, cleared or deleted, whenever: never two deploys at once, and everything goes on (R12)."""

import threading
from collections.abc import Mapping
from dataclasses import dataclass

import pytest

from tests.chaos.cells import CELLS, LAST, service_of
from tests.chaos.ground import Ground, Run, until
from tests.chaos.shared import VICTIMS, Shaken, shake
from tests.chaos.watching import overlaps

pytestmark = pytest.mark.chaos


@dataclass
class Played:
    """What came of a cell."""

    run: Run | None = None
    outcome: str | None = None
    next_outcome: str | None = None
    problem: BaseException | None = None


@pytest.fixture(scope="module")
def played(ground: Ground) -> Mapping[str, Played]:
    """All cells that hurt one run only, side by side; those on the live path take turns by themselves."""
    results = {name: Played() for name in CELLS}
    threads = [threading.Thread(target=_play, args=(ground, name, results[name])) for name in CELLS]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return results


def _play(ground: Ground, name: str, result: Played) -> None:
    cell, service = CELLS[name], service_of(name)
    try:
        result.run = cell.play(ground, service)
        result.outcome = result.run.outcome()
        if cell.to == "dev":
            ground.watch.open(service, "dev")
            result.next_outcome = ground.release(service, f"{service}-2", "dev").outcome()
    except BaseException as problem:  # noqa: BLE001 - handed to the cell's test, which raises it
        result.problem = problem
    finally:
        ground.hang_up()


@pytest.fixture(params=CELLS)
def cell(request: pytest.FixtureRequest, played: Mapping[str, Played]) -> tuple[str, Played]:
    """One cell after all are over."""
    name = request.param
    if (problem := played[name].problem) is not None:
        raise problem
    return name, played[name]


def test_it_ends_in_the_state_that_fits(ground: Ground, cell: tuple[str, Played]) -> None:
    name, result = cell
    assert result.run is not None
    kinds = result.run.kinds()
    assert result.outcome in CELLS[name].outcomes, kinds
    assert CELLS[name].told <= set(kinds), kinds
    assert not CELLS[name].never_told & set(kinds), kinds
    assert kinds.count("attempt_ended") == 1


def test_nothing_is_deployed_twice(ground: Ground, cell: tuple[str, Played]) -> None:
    name, result = cell
    assert result.run is not None
    begun = [entry for entry in result.run.entries() if entry.kind == "deploy_started"]
    seen = [event for event in ground.watch.events(service_of(name)) if event["what"] == "begin"]
    assert len(begun) <= CELLS[name].most_deploys
    assert len(seen) - (result.next_outcome is not None) == len(begun)


def test_the_next_one_of_the_service_goes_on(ground: Ground, cell: tuple[str, Played]) -> None:
    name, result = cell
    assert result.next_outcome == ("proven" if CELLS[name].to == "dev" else None)
    assert result.run is not None
    assert ground.leases_of(result.run) == []


def test_a_cleared_run_whose_attempt_has_ended_ends_red_and_deploys_nothing(
    ground: Ground, played: Mapping[str, Played]
) -> None:
    run = played["run marked failed after deploy"].run
    assert run is not None
    until(lambda: run.state() == "failed", 120, "the run to have ended")
    before = run.kinds()
    run.clear("open")
    assert run.state() != "failed"
    until(lambda: run.state() == "failed", 300, "the run to end red again")
    after = run.kinds()
    assert after.count("deploy_started") == before.count("deploy_started") == 1
    assert after.count("attempt_ended") == 1


@pytest.fixture(scope="module", params=VICTIMS)
def shaken(request: pytest.FixtureRequest, ground: Ground, played: Mapping[str, Played]) -> tuple[str, Shaken]:
    """Three releases at three moments when something shared is killed; one kill after the other."""
    return request.param, shake(ground, request.param)


def test_a_release_whose_deploy_was_at_work_ends_as_recorded(ground: Ground, shaken: tuple[str, Shaken]) -> None:
    program, runs = shaken
    assert runs.middle.outcome() in VICTIMS[program].outcomes
    kinds = runs.middle.kinds()
    assert VICTIMS[program].told <= set(kinds), kinds
    assert kinds.count("deploy_started") == 1
    assert ground.leases_of(runs.middle) == []


def test_a_release_that_waited_for_its_turn_goes_on_to_its_end(ground: Ground, shaken: tuple[str, Shaken]) -> None:
    _, runs = shaken
    assert runs.before.outcome() == "proven"
    assert runs.before.kinds().count("deploy_started") == 1


def test_a_release_that_was_in_smoke_ends_as_recorded_and_the_next_goes_on(
    ground: Ground, shaken: tuple[str, Shaken]
) -> None:
    _, runs = shaken
    assert runs.after.outcome() in {"proven", "failed"}
    assert runs.after.kinds().count("deploy_started") == 1
    assert ground.release(runs.after.service, f"{runs.after.service}-2", "dev").outcome() == "proven"


def test_after_all_that_the_live_lane_is_free_for_the_next_release(
    ground: Ground, played: Mapping[str, Played]
) -> None:
    run = ground.release(LAST, "last-1", "preprod")
    run.approve()
    assert run.outcome() == "proven"
    assert ground.lane_holder() is None


def test_no_two_deploys_were_ever_at_work_at_once(ground: Ground, played: Mapping[str, Played]) -> None:
    events = ground.watch.events()
    assert len([event for event in events if event["what"] == "begin"]) > len(CELLS)
    assert overlaps(events) == []


def test_the_log_is_whole(ground: Ground, played: Mapping[str, Played]) -> None:
    assert ground.break_in_the_log() is None
