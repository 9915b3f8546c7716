"""What REST lists and what the command line lists as JSON are the same, and both say it in words too."""

import json
from typing import Any

import pytest
from fastapi.testclient import TestClient
from typer.testing import CliRunner

from slipway.cli.main import app
from slipway.domain.grant import Step
from slipway.domain.platform import Action
from slipway.domain.release import ChangeKind
from slipway.ports.values import Actor
from slipway.use_cases.ask_second import ask_second
from slipway.use_cases.open_break_glass import opening_for
from slipway.use_cases.place_hold import HoldRequest, HoldScope, place_hold
from tests.builders import PREPROD
from tests.console.conftest import CATALOGUE, as_person
from tests.scene import ProcessKilledError, Scene, killed


def by_command(scene: Scene, *words: str) -> Any:
    """What a command answers on the scene's database."""
    url = scene.store.engine.url.render_as_string(hide_password=False)
    result = CliRunner().invoke(
        app, [*words, "--json"], env={"SLIPWAY_DATABASE_URL": url, "SLIPWAY_CATALOGUE": str(CATALOGUE)}
    )
    assert result.exit_code == 0, result.stderr
    return json.loads(result.stdout)


def by_rest(client: TestClient, path: str) -> Any:
    answer = client.get(f"/api/{path}", headers=as_person("lena"))
    assert answer.status_code == 200, answer.text
    return answer.json()


@pytest.fixture
def busy(scene: Scene) -> Scene:
    """An emergency whose deploy was killed, and which holds lane and service; a hold; a break-glass asked for."""
    attempt = scene.approved(by="lena", kind=ChangeKind.EMERGENCY)
    scene.turn(attempt, PREPROD)
    scene.target.before = killed
    with pytest.raises(ProcessKilledError):
        scene.deploy(attempt, PREPROD)
    lena = Actor(id="lena", via="rest")
    place_hold(scene.world, HoldRequest(scope=HoldScope.ALL, name=None, reason="an audit"), lena)
    ask_second(scene.world, Action.BREAK_GLASS, opening_for("piet", 10), "a run hangs", Actor(id="piet", via="rest"))
    return scene


@pytest.mark.parametrize(
    ("path", "words"),
    [
        ("queue", "queue"),
        ("holds", "hold list"),
        ("pending", "pending"),
        ("leases", "lease list"),
        ("activities", "activity list"),
        ("reviews", "review list"),
        ("log", "log list"),
        ("explain?service=orders&environment=prod", "explain orders prod"),
    ],
)
def test_a_list_has_the_same_fields_on_both_paths(client: TestClient, busy: Scene, path: str, words: str) -> None:
    rest, command = by_rest(client, path), by_command(busy, *words.split())
    assert rest, "there is something to compare"
    assert [set(one) for one in rest] == [set(one) for one in command]


def test_a_release_says_what_to_do_next_wherever_it_is_listed(client: TestClient, busy: Scene) -> None:
    (listed,) = by_rest(client, "releases")
    number = listed["release_id"]
    assert listed["next"].startswith(f"Under way in preprod: slipway log list --release {number}")
    assert listed["next"] == by_rest(client, f"releases/{number}")["next"]
    assert listed["next"] == by_command(busy, "status", number)["next"]
    assert listed["next"] == by_command(busy, "status")["releases"][0]["next"]


def test_a_release_that_waits_for_somebody_names_them_until_they_answer(client: TestClient, scene: Scene) -> None:
    attempt = scene.dev_passed()
    scene.ask(attempt, Step.APPROVE)
    (waiting,) = by_rest(client, "releases")
    assert " for mark, mona, sam or sue: " in waiting["next"]
    assert f"slipway approve {attempt.release_id} approve; slipway stop" in waiting["next"]
    assert by_rest(client, f"releases/{attempt.release_id}")["next"] == waiting["next"]

    scene.answer(attempt, Step.APPROVE, "sam")
    (answered,) = by_rest(client, "releases")
    assert "slipway approve" not in answered["next"]


def test_what_explain_says_in_one_line_is_in_its_answer(client: TestClient, busy: Scene) -> None:
    (answer,) = by_rest(client, "explain?service=orders&environment=prod")
    assert answer["summary"].startswith("orders in prod at ")
    assert answer["summary"].endswith(f"attempt {answer['attempt']}: may not start")
