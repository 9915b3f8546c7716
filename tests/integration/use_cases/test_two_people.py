"""An act of two people: nothing happens at the first call, once at the second, and never after its time."""

import json
from collections.abc import Callable

import pytest

from slipway.domain.errors import NotFoundError, RefusedError
from slipway.domain.platform import Action
from slipway.domain.release import Attempt
from slipway.domain.two_people import PendingAct
from slipway.ports.values import Actor
from slipway.use_cases.ask_second import ask_second
from slipway.use_cases.expire_pending import expire_pending
from slipway.use_cases.give_second import Seconded, give_second
from tests.builders import PREPROD, people, platform_rules
from tests.integration.use_cases.test_together import attempted, together
from tests.scene import Scene


def by(person: str) -> Actor:
    return Actor(id=person, via="rest")


def ask(scene: Scene, person: str, attempt: Attempt, reason: str = "it is stuck") -> PendingAct:
    return ask_second(scene.world, Action.BREAK_LEASE, {"attempt": attempt.id}, reason, by(person))


def second(scene: Scene, person: str, number: int) -> Seconded:
    return give_second(scene.world, number, by(person))


def time_is_over(scene: Scene, number: int) -> None:
    with scene.store.transaction() as tx:
        tx.sql.run("SET LOCAL session_replication_role = replica")
        tx.sql.run("UPDATE pending_act SET expires_at = now() - interval '1 s' WHERE id = :id", id=number)


def messages(scene: Scene) -> list[str]:
    with scene.store.transaction() as tx:
        return [row["text"] for row in tx.sql.all("SELECT text FROM outbox ORDER BY id")]


@pytest.fixture
def stuck(scene: Scene) -> Attempt:
    """Holds the lane before anything was touched."""
    attempt = scene.approved()
    scene.turn(attempt, PREPROD)
    return attempt


def holds_the_lane(scene: Scene, attempt: Attempt) -> bool:
    with scene.store.transaction() as tx:
        holder = tx.turns.holder("live")
    return holder is not None and holder.attempt_id == attempt.id


@pytest.mark.parametrize(("first", "other"), [("lena", "mona"), ("mona", "lena")])
def test_it_takes_effect_when_the_other_seconds_it(scene: Scene, stuck: Attempt, first: str, other: str) -> None:
    pending = ask(scene, first, stuck)
    assert holds_the_lane(scene, stuck), "nothing happens before the second"

    seconded = second(scene, other, pending.id)

    assert (seconded.now, seconded.pending.second, seconded.pending.state) == (True, other, "effective")
    assert not holds_the_lane(scene, stuck)
    (awaited,), (agreed,) = scene.log("second_awaited"), scene.log("seconded")
    assert json.loads(awaited) == json.loads(agreed)
    assert json.loads(awaited)["first"] == first
    assert any(f"slipway second {pending.id}" in text for text in messages(scene))


@pytest.mark.parametrize(
    ("person", "because"),
    [("lena", "another person must second it"), ("sam", "none of those who may"), ("x", "nobody in the list")],
)
def test_who_may_not_second_is_refused_and_it_goes_on_waiting(
    scene: Scene, stuck: Attempt, person: str, because: str
) -> None:
    pending = ask(scene, "lena", stuck)

    with pytest.raises(RefusedError, match=because):
        second(scene, person, pending.id)

    assert because in json.loads(scene.log("second_refused")[0])["message"]
    assert holds_the_lane(scene, stuck)
    assert second(scene, "mona", pending.id).now


@pytest.mark.parametrize(
    ("person", "reason", "because"),
    [("sam", "x", "none of those who may"), ("lena", "  ", "a reason is needed")],
)
def test_who_may_not_ask_is_refused_and_nothing_waits(
    scene: Scene, stuck: Attempt, person: str, reason: str, because: str
) -> None:
    with pytest.raises(RefusedError, match=because) as refused:
        ask(scene, person, stuck, reason)

    assert refused.value.code == "may_not_break_lease"
    assert because in json.loads(scene.log("two_person_act_refused")[0])["message"]
    assert not scene.log("second_awaited")


def test_seconding_twice_does_it_once_and_says_so(scene: Scene, stuck: Attempt) -> None:
    pending = ask(scene, "lena", stuck)
    second(scene, "mona", pending.id)

    again = second(scene, "mona", pending.id)

    assert (again.now, again.pending.second) == (False, "mona")
    assert len(scene.log("seconded")) == len(scene.log("lease_broken")) == 1


@pytest.mark.parametrize("late", ["lena", "sam"])
def test_who_comes_after_the_second_person_is_told_that_they_seconded_nothing(
    scene: Scene, stuck: Attempt, late: str
) -> None:
    pending = ask(scene, "lena", stuck)
    second(scene, "mona", pending.id)

    with pytest.raises(RefusedError, match=r"mona has seconded pending .* You are not the second person"):
        second(scene, late, pending.id)

    assert "not the second person" in json.loads(scene.log("second_refused")[0])["message"]
    assert len(scene.log("seconded")) == len(scene.log("lease_broken")) == 1


def test_two_who_second_at_once_do_it_once(scene: Scene, stuck: Attempt) -> None:
    pending = ask(scene, "lena", stuck)
    results = together(*[lambda: second(scene, "mona", pending.id)] * 3)
    assert sorted(result.now for result in results) == [False, False, True]
    assert len(scene.log("lease_broken")) == 1


def test_asking_again_gives_the_same_and_another_person_is_sent_to_it(scene: Scene, stuck: Attempt) -> None:
    pending = ask(scene, "lena", stuck)
    assert ask(scene, "lena", stuck) == pending
    assert len(scene.log("second_awaited")) == 1

    with pytest.raises(RefusedError, match=f"slipway second {pending.id}"):
        ask(scene, "mona", stuck)


def test_two_who_ask_at_once_get_one_pending(scene: Scene, stuck: Attempt) -> None:
    results = together(*[lambda: attempted(lambda: ask(scene, "lena", stuck))] * 3)
    assert len({result.id for result in results}) == 1
    assert len(scene.log("second_awaited")) == 1


def test_what_nobody_seconds_in_time_expires_once_with_an_entry(scene: Scene, stuck: Attempt) -> None:
    pending = ask(scene, "lena", stuck)
    expire_pending(scene.world)
    assert not scene.log("second_expired"), "it has an hour"

    time_is_over(scene, pending.id)
    expire_pending(scene.world)
    expire_pending(scene.world)

    assert json.loads(scene.log("second_expired")[0])["pending"] == pending.id
    assert len(scene.log("second_expired")) == 1
    with pytest.raises(RefusedError, match="must be asked for again"):
        second(scene, "mona", pending.id)
    assert holds_the_lane(scene, stuck)


def test_its_time_counts_even_before_anybody_wrote_that_it_expired(scene: Scene, stuck: Attempt) -> None:
    pending = ask(scene, "lena", stuck)
    time_is_over(scene, pending.id)

    with pytest.raises(RefusedError, match="expired"):
        second(scene, "mona", pending.id)

    assert len(scene.log("second_expired")) == 1, "written by whoever came first"
    assert ask(scene, "lena", stuck).id != pending.id


def test_a_first_person_who_lost_the_right_no_longer_counts(scene: Scene, stuck: Attempt) -> None:
    pending = ask(scene, "lena", stuck)
    scene.activate(platform_rules(), people("lena"))

    with pytest.raises(RefusedError, match="nobody in the list"):
        second(scene, "mona", pending.id)

    assert holds_the_lane(scene, stuck)


def test_what_can_no_longer_be_done_is_refused_at_the_second_call(scene: Scene, stuck: Attempt) -> None:
    pending = ask(scene, "lena", stuck)
    scene.finish(stuck, PREPROD)

    with pytest.raises(RefusedError, match="holds no lane and no lease"):
        second(scene, "mona", pending.id)


def test_what_does_not_exist_is_said_not_to(make_scene: Callable[..., Scene]) -> None:
    scene = make_scene()
    with pytest.raises(NotFoundError, match="no pending 99"):
        second(scene, "mona", 99)
    with pytest.raises(NotFoundError, match=r"no attempt r9\.1"):
        ask_second(scene.world, Action.BREAK_LEASE, {"attempt": "r9.1"}, "x", by("lena"))
