"""What nobody else is left to do is done for each by itself: one that is in trouble keeps nobody waiting."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import pytest

from slipway.domain.errors import SlipwayError
from slipway.domain.json_value import JsonObject
from slipway.domain.release import Attempt, Origin
from slipway.domain.release_window import DayWindow, ReleaseWindow, Weekday
from slipway.ports.outside.surroundings import RunState
from slipway.ports.values import Actor
from slipway.use_cases import reconcile
from slipway.use_cases.lift_hold import PlacedHold, lift_hold
from slipway.use_cases.place_hold import HoldRequest, HoldScope, place_hold
from slipway.use_cases.reconcile import RENEWAL_TRIES, finish_orphans, orphans, start_renewals, withdraw_dead_questions
from slipway.use_cases.stop import stop
from slipway.use_cases.take_turn import TurnAnswer
from tests.builders import PREPROD, PROD, a_service, people, platform_rules
from tests.scene import WORKER, Scene

RITA = Actor(id="rita", via="rest")
LENA = Actor(id="lena", via="rest")


@pytest.fixture
def three(make_scene: Callable[..., Scene]) -> Scene:
    return make_scene(*(a_service(name) for name in ("orders", "forms", "greeter")))


@dataclass
class Runs:
    """A scheduler that knows the runs it is told of; some it cannot be asked about."""

    states: dict[str, RunState] = field(default_factory=dict)
    broken: set[str] = field(default_factory=set)
    started: list[tuple[str, JsonObject]] = field(default_factory=list)
    withdrawn: list[str] = field(default_factory=list)
    going_on: set[tuple[str, str]] = field(default_factory=set)
    asked: list[str] = field(default_factory=list)

    def active_runs(self) -> frozenset[tuple[str, str]]:
        if self.broken:
            raise SlipwayError("Airflow cannot list its runs")
        return frozenset(self.going_on)

    def run_state(self, _dag_id: str, run_id: str) -> RunState:
        self.asked.append(run_id)
        if run_id in self.broken:
            raise SlipwayError(f"Airflow does not answer for run {run_id}")
        return self.states.get(run_id, RunState.GONE)

    def withdraw_requests(self, _dag_id: str, run_id: str) -> Sequence[str]:
        if run_id in self.broken:
            raise SlipwayError(f"Airflow does not answer for run {run_id}")
        self.withdrawn.append(run_id)
        return []

    def start_run(self, _dag_id: str, run_id: str, conf: JsonObject) -> None:
        self.started.append((run_id, conf))


def void_its_grant(scene: Scene, attempt: Attempt) -> None:
    """Its approver has left when its turn comes, and is back afterwards."""
    scene.activate(platform_rules(), people("sam"))
    assert scene.turn(attempt, PREPROD).answer is TurnAnswer.ENDED
    scene.activate(platform_rules(), people())


def renewed(scene: Scene, service: str = "orders") -> Attempt:
    """An attempt whose grant was void when its turn came."""
    attempt = scene.approved("1.0", service=service)
    void_its_grant(scene, attempt)
    assert scene.finish(attempt, PREPROD).outcome == "renewed"
    assert scene.close(attempt).outcome == "renewed"
    return attempt


@pytest.mark.usefixtures("always_listed")
def test_a_run_that_cannot_be_asked_about_keeps_no_other_waiting(three: Scene) -> None:
    stuck, orphan = three.opened("1.0"), three.opened("1.0", service="forms")
    runs = Runs(broken={stuck.run_id})
    found, problems = orphans(three.world, runs)
    assert [text.split(":")[0] for text in problems] == [stuck.id]
    finish_orphans(three.world, found, WORKER)
    with three.store.transaction() as tx:
        ended = tx.releases.attempt(orphan.id)
    assert ended is not None
    assert ended.outcome is not None


@pytest.fixture
def always_listed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reconcile, "ASKED_ONE_BY_ONE", 0)


def test_a_few_runs_are_asked_about_one_by_one(three: Scene) -> None:
    attempt = three.opened("1.0")
    runs = Runs({attempt.run_id: RunState.ACTIVE}, going_on={(attempt.dag_id, attempt.run_id)})
    assert orphans(three.world, runs) == ([], [])
    assert runs.asked == [attempt.run_id]


@pytest.mark.usefixtures("always_listed")
def test_only_a_run_that_is_not_listed_as_going_on_is_asked_about(three: Scene) -> None:
    listed, missing = three.opened("1.0"), three.opened("1.0", service="forms")
    runs = Runs({missing.run_id: RunState.ACTIVE}, going_on={(listed.dag_id, listed.run_id)})
    assert orphans(three.world, runs) == ([], [])
    assert runs.asked == [missing.run_id]


@pytest.mark.usefixtures("always_listed")
def test_a_run_of_that_id_of_another_dag_is_not_the_attempts(three: Scene) -> None:
    attempt = three.opened("1.0")
    found, _ = orphans(three.world, Runs(going_on={("somebody_elses", attempt.run_id)}))
    assert [one.id for one in found] == [attempt.id]


def test_a_question_that_cannot_be_withdrawn_keeps_no_other_open(three: Scene) -> None:
    stuck, other = three.dev_passed("1.0"), three.dev_passed("1.0", service="forms")
    for attempt in (stuck, other):
        stop(three.world, attempt.release_id, RITA, "no more")
    runs = Runs(broken={stuck.run_id})
    with pytest.raises(SlipwayError, match=stuck.id):
        withdraw_dead_questions(three.world, runs)
    assert runs.withdrawn == [other.run_id]


def test_a_renewal_that_cannot_start_starves_no_other(three: Scene) -> None:
    stuck, other = renewed(three), renewed(three, "forms")
    runs = Runs(broken={f"{stuck.release_id}-attempt-2"})
    with pytest.raises(SlipwayError, match=stuck.release_id):
        start_renewals(three.world, runs)
    assert [run_id for run_id, _ in runs.started] == [f"{other.release_id}-attempt-2"]


def test_a_service_at_which_somebody_works_delays_no_others_renewal(three: Scene) -> None:
    busy, other = renewed(three), renewed(three, "forms")
    runs = Runs()
    with three.store.transaction() as somebody:
        somebody.releases.lock_service("orders")
        start_renewals(three.world, runs)
        assert [run_id for run_id, _ in runs.started] == [f"{other.release_id}-attempt-2"]
    runs.states[f"{other.release_id}-attempt-2"] = RunState.ACTIVE
    start_renewals(three.world, runs)
    assert runs.started[-1][0] == f"{busy.release_id}-attempt-2"


def test_a_renewal_is_started_once_and_anew_where_its_run_came_to_nothing(scene: Scene) -> None:
    attempt = renewed(scene)
    first = f"{attempt.release_id}-attempt-2"
    runs = Runs(states={first: RunState.ACTIVE})
    start_renewals(scene.world, runs)
    assert runs.started == []
    runs.states[first] = RunState.ENDED
    start_renewals(scene.world, runs)
    assert [run_id for run_id, _ in runs.started] == [f"{first}.2"]
    runs.states |= {f"{first}.{number}": RunState.ENDED for number in range(2, RENEWAL_TRIES + 1)}
    with pytest.raises(SlipwayError, match="came to nothing"):
        start_renewals(scene.world, runs)


def test_what_somebody_asked_for_since_is_not_overtaken_by_a_renewal(scene: Scene) -> None:
    attempt = renewed(scene)
    newer = scene.opened("1.1", by="rob")
    runs = Runs()
    start_renewals(scene.world, runs)
    assert runs.started == []
    release = scene.release_of(attempt)
    assert (release.state, release.outcome) == ("ended", "superseded")
    assert scene.release_of(newer).state == "open"


def test_the_platforms_own_further_attempt_replaces_nobodys(three: Scene) -> None:
    attempt = renewed(three)
    newer = three.approved("1.1", by="rob")
    again = three.opened("1.0", by="platform", origin=Origin.PLATFORM, release_id=attempt.release_id)
    assert three.stage_of(newer, PREPROD).ending is None
    assert again.number == 2


def test_a_stop_outlives_a_renewal_that_was_due(scene: Scene) -> None:
    attempt = scene.approved("1.0")
    void_its_grant(scene, attempt)
    stop(scene.world, attempt.release_id, RITA, "we found something else")
    assert scene.finish(attempt, PREPROD).outcome == "withdrawn"
    assert scene.close(attempt).outcome == "withdrawn"
    runs = Runs()
    start_renewals(scene.world, runs)
    assert runs.started == []


def held(scene: Scene, **more: Any) -> int:
    request = HoldRequest(**{"scope": HoldScope.ALL, "name": None, "reason": "an audit", **more})
    return place_hold(scene.world, request, LENA)


def starts(scene: Scene) -> list[str]:
    """The runs that three rounds of the reconciler start, where Airflow keeps none of them."""
    runs = Runs()
    for _ in range(3):
        start_renewals(scene.world, runs)
    return sorted({run_id for run_id, _ in runs.started})


def test_under_a_hold_without_end_nobody_is_asked_again_until_it_is_lifted(scene: Scene) -> None:
    attempt = renewed(scene)
    hold = held(scene)
    assert starts(scene) == []
    with scene.store.transaction() as tx:
        told = tx.sql.all("SELECT text FROM outbox WHERE key = :key", key=f"{attempt.id}:not_asked_again")
    assert [row["text"].partition("until this is over: ")[2] for row in told] == [
        f"hold {hold} on all by lena: an audit"
    ]
    placed = PlacedHold(id=hold, placed_by="lena", environment=None, service=None, team=None)
    lift_hold(scene.world, placed, LENA, "")
    assert starts(scene) == [f"{attempt.release_id}-attempt-2"]


def test_a_hold_whose_end_is_known_or_that_binds_something_else_delays_no_question(scene: Scene) -> None:
    attempt = renewed(scene)
    with scene.store.transaction() as tx:
        until = tx.now + timedelta(hours=1)
    held(scene, until=until)
    held(scene, scope=HoldScope.ENVIRONMENT, name="prod")
    held(scene, during=attempt.release_id)
    assert starts(scene) == [f"{attempt.release_id}-attempt-2"]


def test_what_fits_no_window_is_not_asked_about_again(scene: Scene) -> None:
    attempt = renewed(scene)
    five_minutes = ReleaseWindow(days={Weekday.MONDAY: DayWindow(opens=600, closes=605)})
    scene.activate(platform_rules(window=five_minutes), people())
    assert starts(scene) == []
    scene.activate(platform_rules(), people())
    assert starts(scene) == [f"{attempt.release_id}-attempt-2"]


@pytest.mark.parametrize("old", [False, True])
def test_a_hold_on_preprod_delays_prods_questions_only_where_it_must_be_proven_there_again(
    scene: Scene, old: bool
) -> None:
    attempt = scene.signed_off()
    scene.activate(platform_rules(), people("sam"))
    assert scene.turn(attempt, PROD).outcome == "renewed"
    scene.activate(platform_rules(), people())
    scene.finish(attempt, PROD)
    assert scene.close(attempt).outcome == "renewed"
    held(scene, scope=HoldScope.ENVIRONMENT, name="preprod")
    if old:
        scene.activate(platform_rules(proof_life_minutes=0), people())
    assert starts(scene) == ([] if old else [f"{attempt.release_id}-attempt-2"])
