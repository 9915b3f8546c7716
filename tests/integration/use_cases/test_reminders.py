"""Who is asked is told where and until when, reminded, and told when it is too late (R14)."""

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from slipway.domain.grant import Step
from slipway.domain.release import Attempt
from slipway.ports.values import Actor
from slipway.use_cases.expire_request import expire_request
from slipway.use_cases.remind_people import remind_people
from slipway.use_cases.stop import stop
from tests.builders import PROD, people, platform_rules
from tests.clock import Clock
from tests.scene import TASK, Scene

TEN = datetime(2026, 3, 2, 10, 0, tzinfo=UTC)


@pytest.fixture
def scene(scene_at: Callable[..., Scene]) -> Scene:
    return scene_at(TEN)


def told(scene: Scene) -> list[dict[str, Any]]:
    """What went out of questions, in order."""
    with scene.store.transaction() as tx:
        rows = tx.sql.all(
            """SELECT key, channel, text, headline, payload FROM outbox
            WHERE key LIKE '%:approve:%' OR key LIKE '%:confirm:%' OR key LIKE '%:verdict:%' ORDER BY id"""
        )
    return [dict(row) for row in rows]


def reminded(scene: Scene) -> list[str]:
    """The keys of what one more round of the reconciler adds."""
    before = len(told(scene))
    remind_people(scene.world)
    return [str(row["key"]) for row in told(scene)[before:]]


def asked(scene: Scene) -> Attempt:
    attempt = scene.dev_passed()
    scene.ask(attempt, Step.APPROVE)
    return attempt


def life(scene: Scene, attempt: Attempt, step: Step) -> timedelta:
    with scene.store.transaction() as tx:
        request = tx.grants.request(attempt.id, step)
        assert request is not None
        return request.expires_at - tx.now


def test_the_question_says_where_until_when_and_how_it_is_answered(scene: Scene) -> None:
    scene.world = replace(scene.world, base_url="https://slipway.example.org/")
    attempt = asked(scene)
    until = TEN + life(scene, attempt, Step.APPROVE)
    (first,) = told(scene)
    assert f"Waiting until {until:%Y-%m-%d %H:%M} UTC for one of: " in first["text"]
    assert f"slipway approve {attempt.release_id} approve" in first["text"]
    payload = first["payload"] if isinstance(first["payload"], dict) else json.loads(first["payload"])
    assert payload["link"] == {
        "label": "Answer in Airflow",
        "url": f"https://slipway.example.org/dags/release__orders/runs/{attempt.run_id}"
        "/tasks/preprod.approve/required_actions",
    }


def test_without_an_address_there_is_no_link_and_the_command_is_named_all_the_same(scene: Scene) -> None:
    attempt = asked(scene)
    (first,) = told(scene)
    assert "link" not in str(first["payload"])
    assert f"slipway approve {attempt.release_id} approve" in first["text"]


def test_who_does_not_answer_is_reminded_at_half_of_the_time_and_once_more_near_its_end(
    scene: Scene, clock: Clock
) -> None:
    attempt = asked(scene)
    whole = life(scene, attempt, Step.APPROVE)
    assert reminded(scene) == []

    clock.set(TEN + whole * 0.5)
    assert reminded(scene) == [f"{attempt.id}:approve:1:reminder"]
    assert reminded(scene) == []
    clock.set(TEN + whole * 0.89)
    assert reminded(scene) == []
    clock.set(TEN + whole * 0.91)
    assert reminded(scene) == [f"{attempt.id}:approve:1:last", f"{attempt.id}:approve:1:last:escalated"]
    assert reminded(scene) == []

    half, last, escalated = told(scene)[-3:]
    assert [one["channel"] for one in (half, last, escalated)] == ["approvals", "approvals", "deploy"]
    assert "nobody has answered approve of preprod, and it expires at" in escalated["text"]
    assert escalated["text"].endswith("the managers of ordering: Mona")
    assert "still waits for approve of preprod. One of " in half["text"]
    assert "the request expires and has to be made again" in last["text"]
    assert half["headline"] == f"orders 1.0 ({attempt.release_id}): waits for approve of preprod"

    clock.set(TEN + whole)
    assert reminded(scene) == []


def test_nobody_is_reminded_of_what_was_answered(scene: Scene, clock: Clock) -> None:
    answered = scene.approved()
    clock.set(TEN + life(scene, answered, Step.APPROVE) * 0.6)
    assert reminded(scene) == []


def test_nobody_is_reminded_of_what_was_stopped(scene: Scene, clock: Clock) -> None:
    attempt = asked(scene)
    clock.set(TEN + life(scene, attempt, Step.APPROVE) * 0.6)
    stop(scene.world, attempt.release_id, Actor(id="rita", via="rest"), "wrong version")
    assert reminded(scene) == []


def test_the_last_reminder_of_who_should_look_at_live_is_a_page(scene: Scene, clock: Clock) -> None:
    attempt = scene.signed_off("1.0")
    assert scene.turn(attempt, PROD).answer.value == "taken"
    scene.deploy(attempt, PROD)
    scene.smoke(attempt, PROD)
    scene.ask(attempt, Step.CONFIRM)
    began, whole = clock.now, life(scene, attempt, Step.CONFIRM)
    clock.set(began + whole * 0.6)
    assert reminded(scene) == [f"{attempt.id}:confirm:1:reminder"]
    clock.set(began + whole * 0.95)
    assert reminded(scene) == [f"{attempt.id}:confirm:1:last"]
    half, last = told(scene)[-2:]
    assert (half["channel"], last["channel"]) == ("approvals", "page")
    assert "after that live is unverified" in last["text"]


def test_when_it_is_too_late_those_who_were_asked_are_told(scene: Scene) -> None:
    attempt = asked(scene)
    expire_request(scene.world, attempt.id, Step.APPROVE, TASK)
    assert told(scene)[-1]["text"] == (
        f"orders 1.0 ({attempt.release_id}): nobody answered approve in time, in preprod."
        " The request is over: the release has to be asked for again"
    )


def with_mail(scene: Scene) -> None:
    everybody = people()
    by_id = {one: replace(person, email=f"{one}@example.org") for one, person in everybody.by_id.items()}
    scene.activate(platform_rules(), replace(everybody, by_id=by_id))


def called(scene: Scene) -> dict[str, set[str]]:
    """By key, whom a message calls by name."""
    with scene.store.transaction() as tx:
        return {message.key: set(message.mentions) for _, message in tx.outbox.unsent(1000)}


def test_those_who_may_answer_are_called_by_name_and_managers_when_nobody_has(scene: Scene, clock: Clock) -> None:
    with_mail(scene)
    attempt = asked(scene)
    seniors = {f"{one}@example.org" for one in ("sam", "sue", "mona")}
    clock.set(TEN + life(scene, attempt, Step.APPROVE) * 0.95)
    remind_people(scene.world)
    calls = called(scene)
    assert calls[f"{attempt.id}:approve:1"] == calls[f"{attempt.id}:approve:1:last"] == seniors
    assert calls[f"{attempt.id}:approve:1:last:escalated"] == {"mona@example.org"}
