"""Who was taken out of the policy has no rights, though Airflow's accounts do not follow yet (R11, R27)."""

from collections.abc import Callable

import pytest

from slipway.domain.errors import RefusedError, SlipwayError
from slipway.domain.grant import Step
from slipway.domain.people import People
from slipway.domain.platform import Action
from slipway.domain.release import Attempt
from slipway.ports.values import Actor
from slipway.use_cases.activate_policy import activate_policy
from slipway.use_cases.ask_second import ask_second
from slipway.use_cases.give_second import give_second
from slipway.use_cases.lift_hold import PlacedHold, lift_hold
from slipway.use_cases.place_hold import HoldRequest, HoldScope, place_hold
from slipway.use_cases.propose_policy import propose_policy
from slipway.use_cases.stop import stop
from slipway.use_cases.sync_accounts import AccountChanges, accounts_are_behind, sync_accounts
from slipway.use_cases.world import PLATFORM
from tests.builders import PREPROD, a_person, people, platform_rules
from tests.scene import Scene

ALL = HoldRequest(scope=HoldScope.ALL, name=None, reason="x")


def by(person: str) -> Actor:
    return Actor(id=person, via="rest")


def leave(scene: Scene, *who: str) -> None:
    """Activated; the accounts are as they were."""
    follow(scene)
    scene.activate(platform_rules(), people(*who))
    assert accounts_are_behind(scene.store)


def follow(scene: Scene) -> list[People]:
    """Whom the accounts were made for."""
    made: list[People] = []

    def make(everybody: People, _: frozenset[str]) -> AccountChanges:
        made.append(everybody)
        return AccountChanges(closed=("sam",))

    sync_accounts(scene.store, people, make, PLATFORM)
    return made


def the_attempt(scene: Scene) -> Attempt:
    with scene.store.transaction() as tx:
        return tx.releases.open_attempts()[0]


def _request(scene: Scene) -> None:
    scene.opened("2.0", by="rita")


def _stop(scene: Scene) -> None:
    stop(scene.world, the_attempt(scene).release_id, by("rita"), "x")


def _second(scene: Scene) -> None:
    with scene.store.transaction() as tx:
        waits = tx.sql.value("SELECT max(id) FROM pending_act")
    give_second(scene.world, waits, by("mona"))


def _ask_second(scene: Scene) -> None:
    ask_second(scene.world, Action.BREAK_LEASE, {"attempt": the_attempt(scene).id}, "x", by("mona"))


def _lift(scene: Scene) -> None:
    with scene.store.transaction() as tx:
        hold = tx.sql.value("SELECT max(id) FROM hold")
    lift_hold(
        scene.world, PlacedHold(id=hold, placed_by="rita", environment=None, service=None, team=None), by("rita"), ""
    )


def _propose(scene: Scene) -> None:
    more = People(by_id={**people().by_id, "nora": a_person("nora")})
    propose_policy(scene.world, lambda: scene.governed(platform_rules(), more), by("rita"))


def _activate(scene: Scene) -> None:
    with scene.store.transaction() as tx:
        digest = tx.sql.value("SELECT digest FROM policy_proposal ORDER BY id DESC LIMIT 1")
    activate_policy(scene.world, digest, by("mona"), "x")


@pytest.mark.parametrize(
    ("act", "refusal"),
    [
        (_request, "release_refused"),
        (_stop, "stop_refused"),
        (lambda scene: place_hold(scene.world, ALL, by("rita")), "hold_refused"),
        (_lift, "hold_lift_refused"),
        (_ask_second, "two_person_act_refused"),
        (_second, "second_refused"),
        (_propose, "policy_proposal_refused"),
        (_activate, "policy_activation_refused"),
    ],
    ids=["request", "stop", "hold", "lift", "ask for two", "second", "propose", "activate"],
)
def test_a_leaver_is_refused_whatever_their_account_says(
    scene: Scene, act: Callable[[Scene], object], refusal: str
) -> None:
    attempt = scene.approved(by="rob")
    scene.turn(attempt, PREPROD)
    ask_second(scene.world, Action.BREAK_LEASE, {"attempt": attempt.id}, "x", by("lena"))
    place_hold(scene.world, ALL, by("rita"))
    leave(scene, "rita", "mona")
    if act is _activate:
        more = People(by_id={**people().by_id, "nora": a_person("nora")})
        propose_policy(scene.world, lambda: scene.governed(platform_rules(), more), by("rob"))

    with pytest.raises(SlipwayError) as refused:
        act(scene)

    assert isinstance(refused.value, RefusedError)
    assert len(scene.log(refusal)) == 1


def test_a_leavers_answer_does_not_count(scene: Scene) -> None:
    attempt = scene.dev_passed()
    scene.ask(attempt, Step.APPROVE)
    leave(scene, "sam")
    assert scene.answer(attempt, Step.APPROVE, "sam").kind == "does_not_count"
    assert len(scene.log("answer_refused")) == 1


def test_the_accounts_follow_what_was_activated_and_nothing_else(scene: Scene) -> None:
    assert accounts_are_behind(scene.store)
    follow(scene)
    assert not accounts_are_behind(scene.store)
    scene.activate(platform_rules(proof_life_minutes=5), people())
    assert not accounts_are_behind(scene.store), "another rule changes no account"
    leave(scene, "sam")
    (followed,) = follow(scene)
    assert followed == people("sam")
    assert not accounts_are_behind(scene.store)


def test_accounts_that_could_not_be_made_stay_behind(scene: Scene) -> None:
    def fails(*_: object) -> AccountChanges:
        raise SlipwayError("Airflow is away")

    leave(scene, "sam")
    with pytest.raises(SlipwayError):
        sync_accounts(scene.store, people, fails, PLATFORM)
    assert accounts_are_behind(scene.store)
