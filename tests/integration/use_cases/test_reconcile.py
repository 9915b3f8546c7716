"""What nobody else is left to do is done for each by itself: one that is in trouble keeps nobody waiting."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import pytest

from slipway.domain.errors import SlipwayError
from slipway.domain.json_value import JsonObject
from slipway.domain.release import Attempt, Origin
from slipway.ports.outside import RunState
from slipway.ports.values import Actor
from slipway.use_cases.reconcile import RENEWAL_TRIES, finish_orphans, orphans, start_renewals, withdraw_dead_questions
from slipway.use_cases.stop import stop
from slipway.use_cases.take_turn import TurnAnswer
from tests.builders import PREPROD, a_service, people, platform_rules
from tests.scene import WORKER, Scene

RITA = Actor(id="rita", via="rest")


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

    def run_state(self, _dag_id: str, run_id: str) -> RunState:
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
