"""May it start? The same answer on each path: explain, the console, the command, the turn, the permit."""

import json
import shutil
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path as FilePath
from typing import Any

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from typer.testing import CliRunner

from slipway.cli.main import app
from slipway.console.parts import Parts
from slipway.domain.activity import ActivityKind, Worker
from slipway.domain.errors import RefusedError
from slipway.domain.governed import Governed
from slipway.domain.grant import Step
from slipway.domain.people import People, TeamRole
from slipway.domain.policy.decision import Blocker
from slipway.domain.release import Attempt, ChangeKind
from slipway.domain.release_window import OpenException, ReleaseWindow
from slipway.domain.service import StageRole
from slipway.ports.values import Actor, Deployed
from slipway.use_cases.explain import Explanation, explain
from slipway.use_cases.open_activity import NotPermittedError, open_activity
from slipway.use_cases.stop import stop
from tests.builders import ALL_DAY, PREPROD, PROD, a_person
from tests.console.conftest import CATALOGUE, as_person
from tests.scene import TASK, Scene
from tests.unit.domain.test_release_window import WINDOW

OF_THE_LANE = {"lane_busy", "queued_behind", "no_turn", "slot_not_parked"}
"""What only those ask who are about to take the lane, or hold it."""
NEXT_MONTH = (datetime.now(tz=UTC) + timedelta(days=30)).date()
NEXT_YEAR = datetime.now(tz=UTC) + timedelta(days=365)


def policy(scene: Scene) -> Governed:
    with scene.store.transaction() as tx:
        return tx.policy().governed


def window(scene: Scene, **changes: Any) -> None:
    now = policy(scene)
    scene.activate(replace(now.platform, window=ReleaseWindow(**changes)), now.people)


def hold(scene: Scene, until: datetime | None = None) -> None:
    with scene.store.transaction() as tx:
        tx.records.place_hold("environment", "preprod", "an audit", "lena", until, None)


def close_the_window(scene: Scene) -> None:
    day = OpenException(date=NEXT_MONTH, hours=next(iter(ALL_DAY.values())), reason="once a month")
    window(scene, exceptions=(day,))


def somebody_leaves(scene: Scene, gone: str) -> None:
    now = policy(scene)
    scene.activate(now.platform, People(by_id={k: v for k, v in now.people.by_id.items() if k != gone}))


def files_differ(scene: Scene) -> None:
    now = policy(scene)
    newcomer = a_person("nora", ordering=TeamRole.SENIOR)
    with scene.store.transaction() as tx:
        tx.policies.note_seen(replace(now, people=People(by_id={**now.people.by_id, newcomer.id: newcomer})))


def nothing_stands_in_the_way(scene: Scene) -> Attempt:
    return scene.approved()


def nobody_approved(scene: Scene) -> Attempt:
    return scene.dev_passed()


def a_hold(scene: Scene) -> Attempt:
    hold(scene)
    return scene.approved()


def a_closed_window(scene: Scene) -> Attempt:
    close_the_window(scene)
    return scene.approved()


def no_window_at_all(scene: Scene) -> Attempt:
    window(scene, days={})
    return scene.approved()


def an_emergency_in_a_closed_window(scene: Scene) -> Attempt:
    close_the_window(scene)
    return scene.approved(by="sue", kind=ChangeKind.EMERGENCY)


def an_approval_that_grew_old(scene: Scene) -> Attempt:
    now = policy(scene)
    lives = {role: replace(life, grant_minutes=0) for role, life in now.platform.approval_life.items()}
    scene.activate(replace(now.platform, approval_life=lives), now.people)
    return scene.approved()


def a_voter_who_left(scene: Scene) -> Attempt:
    attempt = scene.approved()
    somebody_leaves(scene, "sam")
    return attempt


def a_bad_version(scene: Scene) -> Attempt:
    attempt = scene.approved()
    with scene.store.transaction() as tx:
        tx.records.mark_bad(attempt, "smoke: fail", "platform")
    return attempt


def another_at_work(scene: Scene) -> Attempt:
    working = scene.approved()
    scene.turn(working, PREPROD)
    scene.deploy(working, PREPROD)
    return scene.approved("1.1", by="rob")


def a_stop(scene: Scene) -> Attempt:
    attempt = scene.approved()
    stop(scene.world, attempt.release_id, Actor(id="rob", via="rest"), "the wrong version")
    return attempt


def files_that_nobody_activated(scene: Scene) -> Attempt:
    attempt = scene.approved()
    files_differ(scene)
    return attempt


def preprod_that_moved_on(scene: Scene) -> Attempt:
    attempt = scene.signed_off()
    other = Deployed(version="0.9", digest="sha256:" + "9" * 64)
    with scene.store.transaction() as tx:
        tx.records.add_deployment(attempt, "preprod", other, "deploy")
    return attempt


def signed_off(scene: Scene) -> Attempt:
    return scene.signed_off()


def everything_at_once(scene: Scene) -> Attempt:
    close_the_window(scene)
    hold(scene)
    attempt = scene.dev_passed()
    files_differ(scene)
    return attempt


Situation = Callable[[Scene], Attempt]
SITUATIONS: Mapping[Situation, tuple[StageRole, list[str]]] = {
    nothing_stands_in_the_way: (PREPROD, []),
    nobody_approved: (PREPROD, ["grant_missing"]),
    a_hold: (PREPROD, ["hold"]),
    a_closed_window: (PREPROD, ["window_closed"]),
    no_window_at_all: (PREPROD, ["never_fits"]),
    an_emergency_in_a_closed_window: (PREPROD, []),
    an_approval_that_grew_old: (PREPROD, ["grant_expired"]),
    a_voter_who_left: (PREPROD, ["grant_void"]),
    a_bad_version: (PREPROD, ["bad_version"]),
    another_at_work: (PREPROD, ["service_busy"]),
    a_stop: (PREPROD, ["stopped"]),
    files_that_nobody_activated: (PREPROD, ["policy_not_activated"]),
    preprod_that_moved_on: (PROD, ["preprod_moved_on"]),
    signed_off: (PROD, []),
    everything_at_once: (PREPROD, ["grant_missing", "policy_not_activated", "hold", "window_closed"]),
}
Path = Callable[[Scene, TestClient, Attempt, StageRole], list[Any]]


def by_console(_: Scene, client: TestClient, attempt: Attempt, role: StageRole) -> list[Any]:
    answer = client.get(f"/api/explain?service=orders&environment={role}", headers=as_person("rita"))
    return _of(answer.json(), attempt)


def by_command(scene: Scene, _: TestClient, attempt: Attempt, role: StageRole) -> list[Any]:
    return _of(command(scene, "orders", role.value), attempt)


def by_turn(scene: Scene, _: TestClient, attempt: Attempt, role: StageRole) -> list[Any]:
    return _plain(scene.turn(attempt, role).blockers)


def by_permit(scene: Scene, _: TestClient, attempt: Attempt, role: StageRole) -> list[Any]:
    worker = Worker(task_instance="t", host="h", pid=1)
    with pytest.raises(NotPermittedError) as refused:
        open_activity(
            scene.world, attempt.id, role, ActivityKind.DEPLOY, activity_id="a", worker=worker, seconds=60, actor=TASK
        )
    return _plain(refused.value.decision.blockers)


def command(scene: Scene, *words: str) -> Any:
    url = scene.store.engine.url.render_as_string(hide_password=False)
    result = CliRunner().invoke(app, ["explain", *words, "--json"], env={"SLIPWAY_DATABASE_URL": url})
    assert result.exit_code == 0, result.output
    return json.loads(result.stdout)


def explained(scene: Scene, role: StageRole, at: datetime | None = None) -> list[Explanation]:
    return list(explain(scene.store, "orders", "ordering", role.value, at))


def _of(answers: Any, attempt: Attempt) -> list[Any]:
    (mine,) = [answer for answer in answers if answer["attempt"] == attempt.id]
    assert mine["allowed"] == (not mine["blockers"])
    return [
        (one["code"], one["message"], one["clears_at"] and datetime.fromisoformat(one["clears_at"]), one["cleared_by"])
        for one in mine["blockers"]
        if one["code"] not in OF_THE_LANE
    ]


def _plain(blockers: tuple[Blocker, ...]) -> list[Any]:
    return [(b.code, b.message, b.clears_at, b.cleared_by) for b in blockers if b.code not in OF_THE_LANE]


@pytest.mark.parametrize("path", [by_console, by_command, by_turn, by_permit], ids=lambda path: path.__name__)
@pytest.mark.parametrize("situation", SITUATIONS, ids=lambda situation: situation.__name__)
def test_the_answer_is_the_same_on_each_path(
    scene: Scene, client: TestClient, situation: Situation, path: Path
) -> None:
    attempt = situation(scene)
    role, codes = SITUATIONS[situation]
    (mine,) = [one for one in explained(scene, role) if one.attempt_id == attempt.id]
    expected = _plain(mine.decision.blockers)

    assert [blocker[0] for blocker in expected] == codes
    assert path(scene, client, attempt, role) == expected


@pytest.mark.parametrize(
    "change",
    [lambda _: None, hold, close_the_window, lambda scene: window(scene, days={}), files_differ],
    ids=["nothing", "a hold", "a closed window", "no window", "files that nobody activated"],
)
def test_what_is_said_before_anybody_asks_is_what_is_said_to_who_asks(
    scene: Scene, change: Callable[[Scene], object]
) -> None:
    change(scene)
    (before,) = explained(scene, PREPROD)
    attempt = scene.approved()
    (after,) = explained(scene, PREPROD)

    assert (before.attempt_id, after.attempt_id) == (None, attempt.id)
    assert before.decision == after.decision


@pytest.mark.parametrize(
    ("at", "code", "clears_at"),
    [
        ("2030-11-21T10:00:00+00:00", None, None),
        ("2030-11-22T15:50:00+00:00", "window_too_short", "2030-11-25T09:30:00+00:00"),
        ("2030-11-23T12:00:00+00:00", "window_closed", "2030-11-25T09:30:00+00:00"),
        ("2030-07-22T08:29:59+00:00", "window_closed", "2030-07-22T08:30:00+00:00"),
        ("2030-12-25T12:00:00+00:00", "window_closed", "2030-12-27T09:30:00+00:00"),
    ],
    ids=["a Thursday", "late on Friday", "Saturday", "a second early, in summer", "Christmas Day"],
)
def test_another_instant_is_judged_the_same_by_console_and_command(
    scene: Scene, client: TestClient, at: str, code: str | None, clears_at: str | None
) -> None:
    now = policy(scene)
    scene.activate(replace(now.platform, window=WINDOW), now.people)
    expected = [] if code is None or clears_at is None else [(code, datetime.fromisoformat(clears_at))]

    (one,) = explained(scene, PROD, datetime.fromisoformat(at))
    by_rest = client.get(
        "/api/explain", params={"service": "orders", "environment": "prod", "at": at}, headers=as_person("rita")
    ).json()
    answers = [*by_rest, *command(scene, "orders", "prod", "--at", at)]

    assert [(blocker.code, blocker.clears_at) for blocker in one.decision.blockers] == expected
    for answer in answers:
        told = [(b["code"], datetime.fromisoformat(b["clears_at"])) for b in answer["blockers"]]
        assert (told, answer["allowed"]) == (expected, not expected)
        assert datetime.fromisoformat(answer["at"]) == datetime.fromisoformat(at)


def test_what_is_past_is_explained_by_neither(scene: Scene, client: TestClient) -> None:
    hold(scene)
    at = datetime.now(tz=UTC)
    query = {"service": "orders", "environment": "preprod", "at": "2020-01-01T00:00:00+00:00"}

    answer = client.get("/api/explain", params=query, headers=as_person("rita"))
    with pytest.raises(RefusedError, match="2020-01-01 00:00 UTC is past: explain looks ahead") as refused:
        explained(scene, PREPROD, datetime.fromisoformat(query["at"]))

    assert (answer.status_code, answer.json()["code"]) == (403, refused.value.code)
    assert answer.json()["message"] == str(refused.value)
    assert explained(scene, PREPROD, at.replace(second=0, microsecond=0)), "this minute is not past"


@pytest.mark.parametrize(
    "change",
    [close_the_window, lambda scene: hold(scene, datetime.now(tz=UTC) + timedelta(hours=2))],
    ids=["a closed window", "a hold that ends"],
)
def test_what_a_waiting_turn_says_clears_it_does_clear_it(scene: Scene, change: Callable[[Scene], object]) -> None:
    now = policy(scene)
    lives = {role: replace(life, grant_minutes=60 * 24 * 60) for role, life in now.platform.approval_life.items()}
    scene.activate(replace(now.platform, approval_life=lives), now.people)
    change(scene)
    attempt = scene.approved()
    (blocker,) = scene.turn(attempt, Step.APPROVE.role).blockers
    assert blocker.clears_at is not None

    (before,) = explained(scene, PREPROD, blocker.clears_at - timedelta(seconds=1))
    (then,) = explained(scene, PREPROD, blocker.clears_at)

    assert [one.code for one in before.decision.blockers] == [blocker.code]
    assert then.decision.allowed


def test_a_catalogue_that_cannot_be_read_is_told_alike_by_console_and_command(
    scene: Scene, client: TestClient, parts: Parts, tmp_path: FilePath, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = FilePath(shutil.copytree(CATALOGUE, tmp_path / "catalogue"))
    with (folder / "platform.yaml").open("a", encoding="utf-8") as file:
        file.write("colour: blue\n")
    monkeypatch.setenv("SLIPWAY_CATALOGUE", str(folder))
    _app_of(client).state.parts = replace(parts, catalogue=folder)

    (by_rest,) = client.get("/api/explain?service=orders&environment=prod", headers=as_person("rita")).json()
    (told,) = command(scene, "orders", "prod")

    assert [blocker["code"] for blocker in told["blockers"]] == ["bad_catalogue"]
    assert "platform.yaml:" in told["blockers"][0]["message"]
    assert "unknown field `colour`" in told["blockers"][0]["message"]
    assert (by_rest["blockers"], by_rest["allowed"]) == (told["blockers"], False)
    attempt = nothing_stands_in_the_way(scene)
    for path in (by_console, by_command):
        assert path(scene, client, attempt, PREPROD) == [], "what is under way goes on"


def _app_of(client: TestClient) -> FastAPI:
    assert isinstance(client.app, FastAPI)
    return client.app


def test_who_is_in_line_is_told_who_holds_the_lane(scene: Scene) -> None:
    attempt = another_at_work(scene)
    (now,) = [one for one in explained(scene, PREPROD) if one.attempt_id == attempt.id]
    (later,) = [one for one in explained(scene, PREPROD, NEXT_YEAR) if one.attempt_id == attempt.id]
    assert now.decision.has("lane_busy")
    assert not later.decision.has("lane_busy")
