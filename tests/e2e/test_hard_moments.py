"""Hard moments of a release on a running Airflow; docs/explanation/walks.md says where each of the others is played."""

import os
import re
import signal
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime, timedelta

import httpx
import pytest
from sqlalchemy import create_engine, text

from slipway.domain.grant import Step
from slipway.platform.client import wait_for
from slipway.platform.postgres import EmbeddedPostgres
from tests.e2e.performance import story
from tests.e2e.recorder import Work
from tests.e2e.slipway_cli import slipway
from tests.e2e.story import GREETING, ORDERING, PATIENCE, Row, Run, Scene

pytestmark = pytest.mark.e2e


def explained(scene: Scene, service: str, environment: str) -> list[Row]:
    """What is in the way of the service's release there, as anybody may ask."""
    (one,) = scene.client("gina").get("/slipway/api/explain", service=service, environment=environment)
    return list(one["blockers"])


def in_the_way(scene: Scene, service: str, code: str, environment: str = "prod") -> Row:
    """This one thing, once it is."""

    def look() -> Row | None:
        return next((one for one in explained(scene, service, environment) if one["code"] == code), None)

    return wait_for(look, PATIENCE, f"{code} to be in the way of {service}")


def queued_for_prod(run: Run) -> None:
    """Waits until it stands in the queue for Prod."""

    def look() -> Row | None:
        return next((one for one in run.log("turn_queued") if one["environment"] == "prod"), None)

    wait_for(look, PATIENCE, f"{run.run_id} to queue for Prod")


# The first release ever ----------------------------------------------------------------------------------------------


@story
def test_a_first_release_ever_that_fails_in_prod_is_removed_and_log_and_console_say_so(scene: Scene) -> None:
    run = scene.ask("debut", "1.0.0")
    run.approve()
    shown = str(run.asked(Step.AUTHORISE))
    assert "Runs in prod now: nothing; a failure removes it again" in shown
    run.authorise()
    run.ends("rolled_back")

    with pytest.raises(httpx.ConnectError):
        httpx.get(f"{scene.scenery.url('debut', 'prod')}/health", timeout=10)
    assert httpx.get(f"{scene.scenery.url('debut', 'preprod')}/health", timeout=10).json()["version"] == "1.0.0"
    undone = ("undo_started", "undo_done", "stage_finished", "version_marked_bad", "hold_placed", "lane_freed")
    told = [entry["kind"] for entry in run.log(*undone) if entry["environment"] not in {"dev", "preprod"}]
    assert told == list(undone)
    assert "removed: nothing ran here before" in run.stage("prod")["detail"]
    listed = scene.client("gus").get("/slipway/api/services")
    (debut,) = [one for one in listed if one["service"] == "debut"]
    assert debut["environments"]["prod"]["version"] is None
    assert "prod runs nothing, preprod 1.0.0" in debut["behind"]
    release = scene.client("gus").get(f"/slipway/api/releases/{run.release_id}")
    assert (release["state"], release["outcome"]) == ("awaiting_retry", "rolled_back")
    held = in_the_way(scene, "debut", "hold")
    assert "1.0.0 ended in prod as undone" in held["message"]


# A run that is stuck -------------------------------------------------------------------------------------------------


@story
def test_a_run_that_is_stuck_keeps_the_slot_until_two_people_give_up_on_it(scene: Scene) -> None:
    stuck, other = (scene.ask(service, "1.0.0", to="preprod") for service in ("stuck", "patient"))
    other.asked(Step.APPROVE)
    with ExitStack() as silence:
        with scene.recorder.held("deploy", "stuck", "preprod") as reached:
            stuck.approve()
            wait_for(lambda: reached() or None, PATIENCE, "the deploy")
            silence.enter_context(scene.recorder.silent("stuck", "preprod"))
        wait_for(lambda: has_ended(scene.recorder.works("stuck", "preprod")[0]) or None, PATIENCE, "the tool to end")
        (activity,) = scene.rows("SELECT * FROM activity WHERE attempt_id = :a AND state = 'open'", a=stuck.id)
        os.kill(activity["pid"], signal.SIGKILL)
        other.approve()
        stuck.until_logged("activity_unsettled")
        in_the_way(scene, "patient", "lane_busy", "preprod")
        over = "SELECT 1 AS is_over FROM activity WHERE id = :id AND now() >= deadline"
        wait_for(lambda: scene.rows(over, id=activity["id"]) or None, PATIENCE, "its deadline")

        pending = scene.client("lena").request(
            "POST", f"/slipway/api/activities/{activity['id']}/quarantine", json={"reason": "Its host is gone."}
        )
        assert pending.status_code == httpx.codes.ACCEPTED, pending.text
        assert stuck.tasks()["preprod.hold_slot"] == "deferred"
        seconded = scene.client("greta").request("POST", f"/slipway/api/pending/{pending.json()['id']}/second")
        assert seconded.is_success, seconded.text
        other.ends("proven")
        stuck.ends("live_uncertain")
        assert stuck.tasks()["preprod.hold_slot"] == "skipped"
        assert "quarantined" in {one["code"] for one in explained(scene, "stuck", "preprod")}
    assert stuck.until_logged("quarantine_ended")["payload"]["state"] == "settled_done"


def has_ended(work: Work) -> bool:
    """Whether the tool said so."""
    return work.end < float("inf")


# Stopped while it migrates -------------------------------------------------------------------------------------------


@story
def test_a_stop_while_it_migrates_is_followed_by_no_deploy(scene: Scene) -> None:
    run = scene.ask("halting", "1.0.0", team=ORDERING, to="preprod")
    run.asked(Step.APPROVE)
    with migrations_held_up(scene, "service_halting_preprod_db") as reached:
        run.approve()
        wait_for(lambda: reached() or None, PATIENCE, "the migration to wait")
        assert run.stop("rob", "Not with this table.").is_success
    run.ends("failed")
    assert run.stage("preprod")["outcome"] == "undone"
    assert "stopped by rob: Not with this table." in run.stage("preprod")["detail"]
    assert "the schema stays at 0001: nothing ran on the schema before" in run.stage("preprod")["detail"]
    done = [entry["kind"] for entry in run.log() if entry["environment"] == "preprod"]
    assert "migrate_done" in done
    assert not {"deploy_started", "smoke_finished"} & set(done)
    assert done[-1] == "lane_freed"
    with pytest.raises(httpx.ConnectError):
        httpx.get(f"{scene.scenery.url('halting', 'preprod')}/health", timeout=10)


@contextmanager
def migrations_held_up(scene: Scene, database: str) -> Iterator[Callable[[], bool]]:
    """Until the end of this, somebody else is about to create the table. Tells whether a migration waits for them."""
    home = scene.platform.home
    engine = create_engine(EmbeddedPostgres(home.postgres, home.logs / "postgres.log").url(database))
    waiting = text("SELECT count(*) FROM pg_stat_activity WHERE datname = :name AND wait_event_type = 'Lock'")

    def reached() -> bool:
        with engine.connect() as looking:
            return bool(looking.execute(waiting, {"name": database}).scalar_one())

    with engine.connect() as connection:
        connection.execute(text("CREATE TABLE orders (id integer)"))
        yield reached
        connection.rollback()
    engine.dispose()


# Second line ---------------------------------------------------------------------------------------------------------


@story
def test_second_line_releases_for_a_team_and_the_support_that_is_booked_is_waived(scene: Scene) -> None:
    begins = datetime.now(tz=UTC).replace(microsecond=0) + timedelta(days=1)
    times = ("--from", begins.isoformat(), "--until", (begins + timedelta(hours=2)).isoformat())
    booked = slipway(
        scene.platform, "gus", "support", "book", "--service", "backed", *times, "--reason", "The queue moves."
    )
    number = found(r"--support (\d+)", booked)
    assert "accepted by lena" in slipway(scene.platform, "lena", "support", "accept", number)
    texts = ("--summary", "Bring backed 1.0.0", "--rollback-plan", "It is removed.")
    behalf = ("--for-team", "greeting", "--attended-by", "gina", "--support", number)
    asked = slipway(scene.platform, "lena", "release", "backed", "1.0.0", *texts, *behalf)
    run = scene.follow("release__backed", found(r"/runs/(\S+)", asked))
    assert found(r"It is release (\w+),", asked) == run.release_id

    shown = str(run.asked(Step.APPROVE))
    assert "lena, on behalf of team greeting" in shown
    assert "Stays around afterwards: gina" in shown
    assert run.try_to_answer(Step.APPROVE, "lena").status_code == httpx.codes.FORBIDDEN
    run.approve()
    run.authorise()
    early = in_the_way(scene, "backed", "support_not_there")
    assert datetime.fromisoformat(early["clears_at"]) == begins
    waive = f"/slipway/api/support/{number}/waive"
    refused = scene.client("sofia").request("POST", waive, json={"reason": "I know best."})
    assert (refused.status_code, refused.json()["code"]) == (httpx.codes.FORBIDDEN, "may_not_waive_support")
    assert run.attempt()["outcome"] is None
    slipway(scene.platform, "greta", "support", "waive", number, "--reason", "Gina watches it herself.")
    run.answer(Step.CONFIRM, "gina")
    run.ends("live")

    (requested,) = scene.log(kind="release_requested", release_id=run.release_id)
    assert requested["actor"] == "lena"
    named = {name: requested["payload"][name] for name in ("for_team", "attended_by", "support")}
    assert named == {"for_team": "greeting", "attended_by": "gina", "support": int(number)}
    kinds = ("support_booked", "support_accepted", "support_answer_refused", "support_waived")
    told = [entry for entry in scene.log(service="backed") if entry["kind"] in kinds]
    assert [(entry["kind"], entry["actor"]) for entry in told] == list(
        zip(kinds, ("gus", "lena", "sofia", "greta"), strict=True)
    )
    assert told[-1]["payload"]["reason"] == "Gina watches it herself."


def found(pattern: str, said: str) -> str:
    """What a command told."""
    match = re.search(pattern, said)
    assert match is not None, said
    return match.group(1)


# Releases that need each other ---------------------------------------------------------------------------------------


@story
def test_a_release_waits_in_prod_until_what_it_needs_is_live(scene: Scene) -> None:
    follower = scene.ask("follower", "1.0.0", needs="leader=1.0.0")
    follower.approve()
    circle = scene.ask("leader", "1.0.0", needs="follower=1.0.0")
    refused = wait_for(circle.refusal, PATIENCE, "the refusal of a circle")
    assert refused["payload"]["code"] == "needs_in_a_circle"
    assert "Needs leader 1.0.0: not live yet" in str(follower.asked(Step.AUTHORISE))
    follower.authorise()
    queued_for_prod(follower)
    assert "no release is on its way with it" in in_the_way(scene, "follower", "needs_other")["message"]
    leader = scene.ask("leader", "1.0.0")
    leader.asked(Step.APPROVE)
    assert (
        f"release {leader.release_id} is on its way with it" in in_the_way(scene, "follower", "needs_other")["message"]
    )
    assert scene.recorder.works("follower", "prod") == []
    leader.go_live()
    follower.answer(Step.CONFIRM, GREETING.colleague)
    follower.ends("live")

    (brought,), (followed,) = (scene.recorder.works(service, "prod") for service in ("leader", "follower"))
    assert brought.end < followed.begin
    (requested,) = scene.log(kind="release_requested", release_id=follower.release_id)
    assert requested["payload"]["needs"] == ["leader 1.0.0"]
