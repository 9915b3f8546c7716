"""The reconciler's rounds go on while an undo takes its time, or Airflow's accounts are brought up to date."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from threading import Event

import pytest

from slipway.catalogue.problems import CatalogueError, Problem
from slipway.domain.errors import SlipwayError
from slipway.domain.governed import Governed
from slipway.domain.json_value import JsonObject
from slipway.ports.outside.surroundings import RunState
from slipway.ports.outside.targets import DeployOrder
from slipway.reconciler.loop import Reconciler
from slipway.use_cases.sync_accounts import AccountChanges, accounts_are_behind, sync_accounts
from slipway.use_cases.world import PLATFORM, ReconcilerPorts
from tests.builders import PREPROD, PROD, a_service, people, platform_rules
from tests.scene import Scene

PATIENCE = 60.0
"""Seconds until a test that waits for something says that it never came."""


@dataclass
class Outside:
    """Airflow whose runs are all gone, and accounts that can be made to wait."""

    syncs: int = 0
    sync: Callable[[], str] = lambda: "nothing to change"

    def active_runs(self) -> frozenset[tuple[str, str]]:
        return frozenset()

    def run_state(self, _dag_id: str, _run_id: str) -> RunState:
        return RunState.GONE

    def withdraw_requests(self, _dag_id: str, _run_id: str) -> list[str]:
        return []

    def start_run(self, _dag_id: str, _run_id: str, _conf: JsonObject) -> None:
        raise AssertionError("no run is due")

    def sync_accounts(self) -> str:
        self.syncs += 1
        return self.sync()


@pytest.fixture
def two(make_scene: Callable[..., Scene]) -> Scene:
    return make_scene(a_service(), a_service("forms"))


@pytest.fixture
def outside() -> Outside:
    return Outside()


@pytest.fixture
def reconciler(two: Scene, outside: Outside) -> Iterator[Reconciler]:
    def as_in_effect(_: Path) -> object:
        with two.store.transaction() as tx:
            return tx.policy().governed

    ports = ReconcilerPorts(
        scheduler=outside,
        catalogue=Path(),
        read_policy=as_in_effect,  # type: ignore[arg-type]
        sync_accounts=outside.sync_accounts,
    )
    made = Reconciler(two.world, ports, pid=1)
    yield made
    made.close()


def test_a_round_ends_what_nobody_retried_and_asks_for_its_return(two: Scene, reconciler: Reconciler) -> None:
    two.long_live("1.0")
    attempt = two.preprod_passed("1.1")
    assert two.finish(attempt, PROD).outcome == "not_started"
    assert two.close(attempt).outcome == "failed"
    two.activate(platform_rules(retry_life_minutes=0), people())
    reconciler.round()
    assert two.release_of(attempt).outcome == "expired"
    assert len(two.log("rollback_asked")) == 1


def unreadable(scene: Scene) -> list[str]:
    with scene.store.transaction() as tx:
        return list(tx.policies.unreadable())


def test_that_the_catalogue_on_disk_cannot_be_read_is_kept_until_it_can(two: Scene, outside: Outside) -> None:
    found = [Problem(file="platform.yaml", line=3, what="unknown field `colour`")]

    def read(_: Path) -> Governed:
        if found:
            raise CatalogueError(found)
        with two.store.transaction() as tx:
            return tx.policy().governed

    ports = ReconcilerPorts(scheduler=outside, catalogue=Path(), read_policy=read, sync_accounts=outside.sync_accounts)
    reconciler = Reconciler(two.world, ports, pid=1)
    for _ in range(2):
        reconciler.round()
    assert unreadable(two) == ["platform.yaml:3: unknown field `colour`"]
    found.clear()
    reconciler.round()
    reconciler.close()
    assert unreadable(two) == []


def told(scene: Scene, key: str) -> bool:
    """Whether there is such a message."""
    with scene.store.transaction() as tx:
        return bool(tx.sql.all("SELECT key FROM outbox WHERE key = :key", key=key))


def rounds(reconciler: Reconciler, until: Callable[[], bool]) -> None:
    """As many as it takes."""
    for _ in range(600):
        reconciler.round()
        if until():
            return
        Event().wait(0.1)
    raise AssertionError("it never came")


def test_an_undo_that_takes_its_time_keeps_no_other_service_waiting(
    two: Scene, outside: Outside, reconciler: Reconciler
) -> None:
    two.long_live("1.0")
    slow = two.approved("1.1")
    two.turn(slow, PREPROD)
    two.deploy(slow, PREPROD)
    other = two.opened("1.0", service="forms")
    begun, let_it_end = Event(), Event()

    def takes_its_time(_: DeployOrder) -> None:
        begun.set()
        assert let_it_end.wait(PATIENCE)

    two.target.before = takes_its_time
    reconciler.round()
    assert begun.wait(PATIENCE)
    rounds(reconciler, lambda: told(two, f"{other.id}:ended"))
    assert two.stage_of(slow, PREPROD).outcome is None

    let_it_end.set()
    rounds(reconciler, lambda: told(two, f"{slow.id}:ended"))
    assert two.stage_of(slow, PREPROD).outcome == "undone"
    assert len(two.log("undo_started")) == 1


def test_accounts_follow_an_activation_without_being_told(two: Scene, outside: Outside, reconciler: Reconciler) -> None:
    def sync() -> str:
        return str(sync_accounts(two.store, people, lambda *_: AccountChanges(closed=("sam",)), PLATFORM))

    outside.sync = sync
    rounds(reconciler, lambda: not accounts_are_behind(two.store))
    two.activate(platform_rules(), people("sam"))
    rounds(reconciler, lambda: not accounts_are_behind(two.store))
    reconciler.round()
    assert outside.syncs == 2


def test_accounts_that_do_not_follow_keep_nothing_waiting(two: Scene, outside: Outside, reconciler: Reconciler) -> None:
    def fails() -> str:
        raise SlipwayError("Airflow is away")

    outside.sync = fails
    orphan = two.opened("1.0")
    rounds(reconciler, lambda: told(two, f"{orphan.id}:ended") and outside.syncs > 1)
    assert accounts_are_behind(two.store)
