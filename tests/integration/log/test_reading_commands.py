"""Commands that read: on a real release database, in words and as JSON."""

import json
from datetime import timedelta
from pathlib import Path

import pytest

from slipway.domain.platform import Action
from slipway.domain.service import StageRole
from slipway.ports.values import Actor
from slipway.use_cases.propose_policy import propose_policy
from tests.builders import people, platform_rules
from tests.integration.log.conftest import Slipway
from tests.scene import ProcessKilledError, Scene, killed


def hold_all(scene: Scene) -> None:
    with scene.store.transaction() as tx:
        tx.records.place_hold("all", None, "incident", "lena", None, None)


@pytest.mark.parametrize(
    "command",
    [
        *("services", "status", "queue", "hold list", "log list", "pending", "lease list", "activity list"),
        *("policy status", "policy diff"),
    ],
)
def test_reading_commands_answer_in_json_and_in_words(slipway: Slipway, told: Scene, command: str) -> None:
    words = command.split()

    assert isinstance(json.loads(slipway(*words, "--json").stdout), list | dict)
    assert slipway(*words).exit_code == 0
    assert slipway(*words).stdout.strip()


def test_services_tell_what_runs_and_what_is_in_flight(slipway: Slipway, told: Scene) -> None:
    orders = next(one for one in json.loads(slipway("services", "--json").stdout) if one["service"] == "orders")

    assert orders["environments"]["dev"]["version"] == "1.0"
    assert [release["release_id"] for release in orders["in_flight"]]
    assert "dev 1.0" in slipway("services").stdout


def test_status_of_a_service_shows_releases_that_have_ended(slipway: Slipway, told: Scene) -> None:
    (release,) = json.loads(slipway("status", "orders", "--json").stdout)["releases"]
    with told.store.transaction() as tx:
        tx.sql.run("UPDATE release SET state = 'ended'")

    assert json.loads(slipway("status", "--json").stdout)["releases"] == []
    (ended,) = json.loads(slipway("status", "orders", "--json").stdout)["releases"]
    assert (ended["release_id"], ended["requested_by"]) == (release["release_id"], "rita")


def test_status_of_one_release_shows_stages_who_asked_how_it_ended_and_what_is_next(
    slipway: Slipway, told: Scene
) -> None:
    (release,) = json.loads(slipway("status", "orders", "--json").stdout)["releases"]
    number = release["release_id"]
    states = {"open": "slipway queue", "awaiting_retry": f"slipway retry {number}", "ended": "Outcome: failed."}
    for state, following in states.items():
        with told.store.transaction() as tx:
            tx.sql.run("UPDATE release SET state = :state, outcome = 'failed'", state=state)
        shown = slipway("status", number).stdout
        assert shown.startswith(f"{number}: orders 1.0 to prod, standard\nAsked for by rita: ")
        for said in (f"{number}.1, 1.0: open", "  dev: passed (", f"State: {state.replace('_', ' ')}. ", following):
            assert said in shown
    assert json.loads(slipway("status", number, "--json").stdout)["release_id"] == number
    unknown = slipway("status", "r999")
    assert unknown.exit_code == 1
    assert "there is no release r999: see slipway status --all" in unknown.stderr


def test_a_service_nobody_knows_is_not_found(slipway: Slipway, scene: Scene) -> None:
    result = slipway("status", "ordres")

    assert (result.exit_code, "did you mean orders" in result.stderr) == (1, True)


def test_a_released_service_is_explained_even_without_its_file(slipway: Slipway, told: Scene, tmp_path: Path) -> None:
    result = slipway("explain", "orders", "preprod", "--json", SLIPWAY_CATALOGUE=str(tmp_path))

    (answer,) = json.loads(result.stdout)
    assert [blocker["code"] for blocker in answer["blockers"]] == ["grant_missing"]


def test_explain_tells_when_it_clears_and_who_can_clear_it(slipway: Slipway, told: Scene) -> None:
    hold_all(told)

    words = slipway("explain", "orders", "preprod").stdout

    assert "may not start" in words
    assert "hold 1 on all by lena: incident" in words
    assert "a senior of the owning team or above" in words


def test_explain_looks_at_another_instant(slipway: Slipway, told: Scene) -> None:
    (answer,) = json.loads(slipway("explain", "orders", "prod", "--at", "2030-01-01T12:00", "--json").stdout)

    assert answer["at"] == "2030-01-01T12:00:00Z"
    assert slipway("explain", "orders", "prod", "--at", "tomorrow").exit_code == 2


def test_the_queue_tells_who_holds_the_lane(slipway: Slipway, scene: Scene) -> None:
    attempt = scene.approved()
    scene.turn(attempt, StageRole.PREPROD)

    assert "holds" in slipway("queue").stdout
    assert json.loads(slipway("queue", "--json").stdout)[0]["attempt"] == attempt.id


def test_leases_tell_who_holds_what(slipway: Slipway, scene: Scene) -> None:
    assert slipway("lease", "list").stdout == "Nobody holds a lane or a service.\n"
    attempt = scene.approved()
    scene.turn(attempt, StageRole.PREPROD)

    (held,) = json.loads(slipway("lease", "list", "--json").stdout)

    assert (held["attempt"], held["environment"], held["lane"]) == (attempt.id, "preprod", "live")
    assert (held["service_held"], held["open_activity"]) == (False, None)


def test_work_that_is_open_is_listed_with_its_process(slipway: Slipway, scene: Scene) -> None:
    assert slipway("activity", "list").stdout == "Nothing is being done anywhere.\n"
    attempt = scene.opened()
    scene.turn(attempt, StageRole.DEV)
    scene.target.before = killed
    with pytest.raises(ProcessKilledError):
        scene.deploy(attempt, StageRole.DEV)

    (work,) = json.loads(slipway("activity", "list", "--json").stdout)

    assert (work["attempt"], work["kind"], work["state"], work["pid"]) == (attempt.id, "deploy", "open", 1)
    assert work["id"] in slipway("activity", "list").stdout


def test_what_waits_for_a_second_person_is_listed_till_it_is_over(slipway: Slipway, scene: Scene) -> None:
    assert slipway("pending").stdout == "Nothing waits for a second person.\n"
    with scene.store.transaction() as tx:
        until = tx.now + timedelta(hours=1)
        tx.pending_acts.ask(Action.BREAK_LEASE, {"attempt": "r1.1"}, "it is stuck", "lena", until)
        tx.pending_acts.ask(Action.BREAK_LEASE, {"attempt": "r2.1"}, "too late", "lena", tx.now)

    assert [one["parameters"] for one in json.loads(slipway("pending", "--json").stdout)] == [{"attempt": "r1.1"}]
    everything = json.loads(slipway("pending", "--all", "--json").stdout)
    assert [one["state"] for one in everything] == ["waiting", "expired"]
    assert "it is stuck" in slipway("pending").stdout


def test_doctor_tells_what_works_and_what_does_not(slipway: Slipway, told: Scene) -> None:
    result = slipway("doctor", "--json", SLIPWAY_URL="http://127.0.0.1:1")

    found = {one["name"]: one["status"] for one in json.loads(result.stdout)}
    assert result.exit_code == 1
    assert found == {
        "python": "pass",
        "catalogue": "pass",
        "connections": "unknown",
        "release database": "pass",
        "policy": "pass",
        "log": "pass",
        "evidence": "unknown",
        "airflow": "fail",
    }
    assert "mode=embedded: not evidential" in slipway("doctor", "--skip-log").stdout


def test_doctor_calls_what_cannot_be_told_unknown(slipway: Slipway) -> None:
    result = slipway("doctor", "--json", SLIPWAY_DATABASE_URL="postgresql+psycopg2://127.0.0.1:1/none")

    found = {one["name"]: one["status"] for one in json.loads(result.stdout)}
    assert (found["release database"], found["policy"], found["log"]) == ("fail", "unknown", "unknown")


@pytest.mark.parametrize("command", ["services", "status", "queue", "explain orders prod", "log list", "hold list"])
def test_without_a_database_it_is_said_what_to_do(slipway: Slipway, command: str) -> None:
    result = slipway(*command.split(), SLIPWAY_DATABASE_URL="postgresql+psycopg2://127.0.0.1:1/none")

    assert (result.exit_code, result.stdout) == (1, "")
    assert "`make up`" in result.stderr
    assert "SLIPWAY_DATABASE_URL" in result.stderr


def test_policy_diff_says_that_it_is_not_about_a_folder_of_ones_own(slipway: Slipway, scene: Scene) -> None:
    mine = slipway("policy", "diff", SLIPWAY_CATALOGUE="/srv/rita/catalogue")

    assert "is the policy in effect" in mine.stdout
    assert "Not read: /srv/rita/catalogue on yours" in mine.stderr
    assert "Not read" not in slipway("policy", "diff").stderr


def test_policy_diff_names_both_that_it_compared(slipway: Slipway, scene: Scene) -> None:
    changed = scene.governed(platform_rules(grant_minutes=5), people())
    propose_policy(scene.world, lambda: changed, Actor(id="rita", via="rest"))
    with scene.store.transaction() as tx:
        digest = tx.policy().digest

    compared, with_ = slipway("policy", "diff").stderr.splitlines()

    assert "the folder that SLIPWAY_CATALOGUE names on the platform's own host" in compared
    assert compared.endswith(changed.digest)
    assert "activated by mona" in with_
    assert with_.endswith(digest)
    assert json.loads(slipway("policy", "diff", "--json").stdout)["compared_with"]["digest"] == digest


def test_policy_status_and_diff_tell_what_is_proposed_and_what_differs(slipway: Slipway, scene: Scene) -> None:
    assert "on disk    the same" in slipway("policy", "status").stdout
    assert "is the policy in effect" in slipway("policy", "diff").stdout
    changed = scene.governed(platform_rules(grant_minutes=5), people())
    propose_policy(scene.world, lambda: changed, Actor(id="rita", via="rest"))

    status, diff = slipway("policy", "status").stdout, slipway("policy", "diff").stdout

    assert "activated by mona: a test begins" in status
    assert changed.digest in status
    assert "by rita at" in status
    assert "2 things differ" in status
    assert "platform.approval_life.prod.grant_minutes: 60 -> 5" in diff
    assert "holds back orders in preprod, prod" in diff
    assert json.loads(slipway("policy", "diff", "--json").stdout)["digest"] == changed.digest
