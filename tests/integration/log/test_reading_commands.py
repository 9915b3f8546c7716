"""Commands that read: on a real release database, in words and as JSON."""

import json
import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from slipway.domain.message import Message
from slipway.domain.people import TeamRole
from slipway.domain.platform import Action, AuthorityRule, Eligibility
from slipway.domain.service import StageRole
from slipway.domain.watch import Sample
from slipway.ports.values import Actor
from slipway.use_cases.propose_policy import propose_policy
from slipway.use_cases.watch import WatchFailedError
from slipway.use_cases.watch_catalogue import note_unreadable, watch_catalogue
from slipway.use_cases.world import PLATFORM
from tests.builders import AUTHORITY, PROD, people, platform_rules
from tests.clock import Clock
from tests.integration.log.conftest import Slipway
from tests.rollbacks import ask, rolled_back, started
from tests.scene import ProcessKilledError, Scene, killed
from tests.watching import a_check, a_watch, watched_service


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
    states = {
        "open": "Under way in preprod: slipway log list",
        "awaiting_retry": f"slipway retry {number}",
        "ended": "Outcome: failed.",
    }
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
    assert unknown.stderr == "there is no release r999: `slipway status --all` lists them\n"
    assert slipway("log", "list", "--release", "r999").stderr == unknown.stderr


def test_status_of_a_release_that_was_rolled_back_says_by_what_and_when(
    slipway: Slipway, make_scene: Callable[..., Scene]
) -> None:
    releaser = AuthorityRule(who=Eligibility(own_team=TeamRole.RELEASER), reason_required=True)
    scene = make_scene(rules=platform_rules(authority={**AUTHORITY, Action.ROLLBACK: releaser}))
    scene.long_live("1.0")
    number = scene.live("1.1").release_id
    back = started(scene, ask(scene).release.id)
    assert "Taken back" not in slipway("status", number).stdout

    what = "rollback of prod from 1.1 to 1.0"
    assert f"{back.release_id} {what}" in slipway("services").stdout
    assert what in slipway("status").stdout
    assert rolled_back(scene, back).outcome == "passed"
    assert slipway("status", back.release_id).stdout.startswith(f"{back.release_id}: orders {what}\nAsked for by ")

    (told,) = json.loads(slipway("status", number, "--json").stdout)["taken_back"]
    assert (told["release_id"], told["environment"], told["version"]) == (back.release_id, "prod", "1.0")
    at = told["at"][:16].replace("T", " ")
    assert f"Taken back by {back.release_id} at {at}Z: prod went back to 1.0" in slipway("status", number).stdout
    assert json.loads(slipway("status", back.release_id, "--json").stdout)["taken_back"] == []


def test_status_says_how_far_live_is_watched_and_what_each_check_sees(
    slipway: Slipway, scene_at: Callable[..., Scene], clock: Clock
) -> None:
    checks = (a_check("errors"), a_check("queue"))
    scene = scene_at(datetime(2026, 11, 19, 10, 0, tzinfo=UTC), watched_service(watch=a_watch(*checks)))
    url = scene.store.engine.url.render_as_string(hide_password=False)
    attempt = scene.signed_off()

    def shown() -> list[str]:
        told: list[str] = slipway("status", attempt.release_id, SLIPWAY_DATABASE_URL=url).stdout.splitlines()
        prod = next(number for number, line in enumerate(told) if line.startswith("  prod: "))
        return told[prod + 1 : -1]

    scene.work(attempt, PROD)
    assert shown() == []
    scene.watch(attempt)
    scene.look(attempt)
    scene.monitor.sees["queue"] = lambda look: Sample(at=look.instants[-1], value=7.0)
    clock.pass_by(seconds=15)
    scene.look(attempt)
    assert shown() == [
        "    watched, 2 of 21 looks, until 2026-11-19 10:05Z",
        "      errors: so far, 2 good, 0 bad and 0 blind of 21 looks; it is 0",
        "      queue: so far, 1 good, 1 bad and 0 blind of 21 looks; it is 7, and may be 1 at most",
    ]
    clock.pass_by(seconds=15)
    scene.look(attempt)
    with pytest.raises(WatchFailedError):
        scene.watch(attempt)
    scene.finish(attempt, PROD)
    clock.pass_by(hours=1)
    assert shown() == [
        "    watched, 3 of 21 looks: fail",
        "      errors: broken off, 3 good, 0 bad and 0 blind of 21 looks; it is 0",
        "      queue: fail, it is 7, and may be 1 at most, 2 looks in a row, the last at 10:00:30 UTC",
    ]


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
    assert "on all by lena: incident" in words
    assert "a senior of the owning team or above" in words


def test_holds_that_are_over_are_listed_with_why(slipway: Slipway, scene: Scene) -> None:
    with scene.store.transaction() as tx:
        number = tx.records.place_hold("all", None, "incident", "lena", None, None)
        tx.records.lift_hold(number, "sam", "the tills count again")

    heads, hold = slipway("hold", "list", "--all").stdout.splitlines()

    assert hold[heads.index("OVER BECAUSE") :].startswith("the tills count again")
    assert hold[heads.index("LIFTED BY") :].startswith("sam")


def test_explain_looks_at_another_instant(slipway: Slipway, told: Scene) -> None:
    (answer,) = json.loads(slipway("explain", "orders", "prod", "--at", "2030-01-01T12:00", "--json").stdout)

    assert answer["at"] == "2030-01-01T12:00:00Z"
    assert slipway("explain", "orders", "prod", "--at", "tomorrow").exit_code == 2
    past = slipway("explain", "orders", "prod", "--at", "2020-01-01")
    assert (past.exit_code, "2020-01-01 00:00 UTC is past" in past.stderr) == (1, True)


def test_messages_are_told_to_the_minute(slipway: Slipway, scene: Scene) -> None:
    with scene.store.transaction() as tx:
        tx.tell(Message(key="a", channel="deploy", text="look out"))
    with scene.store.transaction() as tx:
        for number, _ in tx.outbox.unsent(10):
            tx.outbox.route(number, ["file"])
        claim = tx.deliveries.claim("file")
        assert claim is not None
        tx.deliveries.failed(claim, "it is full", timedelta(minutes=5), in_doubt=False, refused=True)
        tx.deliveries.way_failed("file", "it is full", timedelta(minutes=5), slowed=False)

    lines = slipway("messages").stdout.splitlines()

    told = [re.findall(r"[0-9-]{10}.[0-9:]+(?:\.[0-9]+)?\S*", line) for line in lines]
    assert [len(times) for times in told] == [0, 2, 0, 0, 2]
    assert all(re.fullmatch(r"\d{4}-\d\d-\d\d \d\d:\d\dZ", time) for times in told for time in times)


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
        "messages": "pass",
        "log": "pass",
        "evidence": "unknown",
        "airflow": "fail",
    }
    assert "mode=embedded: not evidential" in slipway("doctor", "--skip-log").stdout


def test_doctor_says_which_way_of_messages_is_down(slipway: Slipway, told: Scene) -> None:
    with told.store.transaction() as tx:
        tx.deliveries.way_failed("slack:C1", "Slack does not answer", timedelta(minutes=1), slowed=False)
    (found,) = [one for one in json.loads(slipway("doctor", "--json").stdout) if one["name"] == "messages"]
    assert (found["status"], "slack:C1: Slack does not answer" in found["detail"]) == ("unknown", True)


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


def test_policy_status_and_diff_tell_that_the_catalogue_on_disk_cannot_be_read(slipway: Slipway, scene: Scene) -> None:
    on_disk = scene.governed(platform_rules(), people())
    note_unreadable(scene.world, ["platform.yaml:3: unknown field `colour`"])

    status, diff = slipway("policy", "status").stdout, slipway("policy", "diff").stdout

    for told in (status, diff):
        assert "on disk" in told
        assert "cannot be read" in told
        assert "platform.yaml:3: unknown field `colour`" in told
        assert "new requests are refused" in told
    assert "the same" not in status
    assert "is the policy in effect" not in diff
    watch_catalogue(scene.world, on_disk, PLATFORM)
    assert "cannot be read" not in slipway("policy", "status").stdout


def test_policy_diff_names_both_that_it_compared(slipway: Slipway, scene: Scene) -> None:
    changed = scene.governed(platform_rules(grant_minutes=5), people())
    propose_policy(scene.world, lambda: changed, Actor(id="rita", via="rest"))
    with scene.store.transaction() as tx:
        digest = tx.policy().digest

    compared, with_ = slipway("policy", "diff").stderr.splitlines()

    assert "the folder that SLIPWAY_CATALOGUE names on the platform's own host" in compared
    assert "as it was last read there, about once a second" in compared
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
