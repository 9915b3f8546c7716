"""What skipped the waits is looked at afterwards, by a manager who had no part in it."""

import json
from datetime import timedelta
from typing import Any

import pytest

from slipway.domain.errors import NotFoundError, RefusedError
from slipway.domain.grant import Step
from slipway.domain.people import People, TeamRole
from slipway.domain.release import Attempt, ChangeKind
from slipway.domain.review import ReviewKind
from slipway.ports.values import Actor
from slipway.use_cases.close_review import close_review
from slipway.use_cases.open_review import open_review
from slipway.use_cases.show_reviews import show_reviews
from slipway.use_cases.watch_reviews import watch_reviews
from tests.builders import a_person, people, platform_rules
from tests.scene import Scene

MORE = People(by_id={**people().by_id, "mike": a_person("mike", ordering=TeamRole.MANAGER)})


def emergency(scene: Scene, by: str = "sue", **more: Any) -> Attempt:
    return scene.opened(by=by, kind=ChangeKind.EMERGENCY, **more)


def open_ones(scene: Scene) -> list[int]:
    return [one["id"] for one in show_reviews(scene.store)]


def it_ends(scene: Scene) -> None:
    with scene.store.transaction() as tx:
        tx.sql.run("UPDATE release SET state = 'ended', outcome = 'live'")


def close(scene: Scene, by: str, number: int | None = None, reason: str = "the watch came too late") -> None:
    it_ends(scene)
    close_as_it_is(scene, by, number, reason)


def close_as_it_is(scene: Scene, by: str, number: int | None = None, reason: str = "so be it") -> None:
    wanted = open_ones(scene)[0] if number is None else number
    close_review(scene.world, wanted, Actor(id=by, via="rest"), reason)


def channels(scene: Scene, key: str) -> list[str]:
    with scene.store.transaction() as tx:
        return [row["channel"] for row in tx.sql.all("SELECT channel FROM outbox WHERE key = :key", key=key)]


def a_week_passes(scene: Scene) -> None:
    """The policy's limit shrinks instead: when a review was opened is fixed."""
    scene.activate(platform_rules(review_life_minutes=0), people())


def test_an_emergency_opens_a_review_and_says_so(scene: Scene) -> None:
    attempt = emergency(scene)

    (review,) = show_reviews(scene.store)
    (logged,) = scene.log("review_opened")
    assert (review["kind"], review["release_id"], review["opened_by"]) == ("emergency", attempt.release_id, "sue")
    assert review["due_at"] - review["at"] == timedelta(days=7)
    assert json.loads(logged)["review"] == review["id"]
    assert channels(scene, f"review:{review['id']}:opened") == ["deploy"]


def test_an_ordinary_change_and_a_refused_emergency_open_none(scene: Scene) -> None:
    scene.opened()
    with pytest.raises(RefusedError):
        emergency(scene, by="rita")
    assert open_ones(scene) == []


def test_a_further_attempt_opens_no_second_one(scene: Scene) -> None:
    first = emergency(scene)
    scene.close(first)
    with scene.store.transaction() as tx:
        tx.sql.run("UPDATE release SET state = 'awaiting_retry'")
    emergency(scene, release_id=first.release_id)
    assert len(open_ones(scene)) == 1


def test_a_manager_who_had_no_part_in_it_closes_it_with_a_reason(scene: Scene) -> None:
    emergency(scene)
    with pytest.raises(RefusedError, match="a reason is needed"):
        close(scene, "mona", reason=" ")

    close(scene, "mona")

    assert open_ones(scene) == []
    assert [one["closed_by"] for one in show_reviews(scene.store, open_only=False)] == ["mona"]
    assert json.loads(scene.log("review_closed")[0])["reason"] == "the watch came too late"
    assert len(scene.log("review_close_refused")) == 1


@pytest.mark.parametrize("by", ["sam", "selma", "lena", "stranger"])
def test_nobody_else_closes_it_and_the_refusal_says_who_may(scene: Scene, by: str) -> None:
    emergency(scene)
    with pytest.raises(RefusedError, match="It is closed by one of: mona"):
        close(scene, by)
    assert len(scene.log("review_close_refused")) == 1


def test_a_manager_who_asked_for_it_in_whatever_attempt_does_not_close_it(scene: Scene) -> None:
    attempt = emergency(scene)
    with scene.store.transaction() as tx:
        tx.releases.add_requester(attempt.release_id, "mona")
    with pytest.raises(RefusedError, match="already the declarer"):
        close(scene, "mona")


@pytest.mark.parametrize("step", [Step.APPROVE, Step.SIGN_OFF])
def test_a_manager_who_approved_a_stage_does_not_close_it_but_another_does(scene: Scene, step: Step) -> None:
    scene.activate(platform_rules(), MORE)
    attempt = emergency(scene)
    if step is Step.APPROVE:
        scene.grant(attempt, step, "mona")
    else:
        scene.grant(attempt, Step.AUTHORISE, "sam")
        scene.grant(attempt, step, "mona")
    with pytest.raises(RefusedError, match=r"already an approver.*closed by one of: mike"):
        close(scene, "mona")
    close(scene, "mike")


@pytest.mark.parametrize("state", ["open", "awaiting_retry"])
def test_it_is_not_closed_while_the_emergency_has_not_ended(scene: Scene, state: str) -> None:
    emergency(scene)
    with scene.store.transaction() as tx:
        tx.sql.run("UPDATE release SET state = :state", state=state)

    with pytest.raises(RefusedError, match=rf"has not ended: it is {state.replace('_', ' ')}\. Close the review when"):
        close_as_it_is(scene, "mona")

    assert len(open_ones(scene)) == 1
    assert "has not ended" in json.loads(scene.log("review_close_refused")[0])["message"]
    close(scene, "mona")
    assert open_ones(scene) == []


def test_it_is_closed_once(scene: Scene) -> None:
    emergency(scene)
    number = open_ones(scene)[0]
    close(scene, "mona")
    with pytest.raises(RefusedError, match="closed by mona before"):
        close(scene, "mona", number)
    with pytest.raises(NotFoundError, match="slipway review list"):
        close(scene, "mona", 99)


def test_what_is_about_no_release_is_closed_by_a_manager_of_any_team_but_not_by_who_did_it(scene: Scene) -> None:
    with scene.store.transaction() as tx:
        number = open_review(tx, ReviewKind.BREAK_GLASS, "Airflow was opened", Actor(id="mona", via="rest")).id
    with pytest.raises(RefusedError, match="already the declarer"):
        close(scene, "mona", number)
    scene.activate(platform_rules(), MORE)
    close(scene, "mike", number)


def test_one_that_is_open_for_too_long_is_a_finding_told_once(scene: Scene) -> None:
    emergency(scene)
    watch_reviews(scene.world)
    assert [one["overdue"] for one in show_reviews(scene.store)] == [False]
    assert scene.log("review_overdue") == []

    a_week_passes(scene)
    watch_reviews(scene.world)
    watch_reviews(scene.world)

    assert [one["overdue"] for one in show_reviews(scene.store)] == [True]
    assert len(scene.log("review_overdue")) == 1
    assert channels(scene, f"review:{open_ones(scene)[0]}:overdue") == ["page"]


def test_one_that_was_closed_late_is_no_finding_any_more(scene: Scene) -> None:
    emergency(scene)
    close(scene, "mona")
    a_week_passes(scene)
    watch_reviews(scene.world)
    assert [one["overdue"] for one in show_reviews(scene.store, open_only=False)] == [False]
    assert scene.log("review_overdue") == []
