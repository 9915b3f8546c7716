"""Slack is down while all releases of the session are made: none waits for it, and it is told them all later (R14)."""

import pytest

from slipway.platform.client import wait_for
from tests.e2e.scenery import CHANNEL, READERS
from tests.e2e.story import PATIENCE, Scene
from tests.fakes.smtp_server import SmtpServer
from tests.fakes.webhook_receiver import WebhookReceiver
from tests.slack.stand_in import SlackStandIn

pytestmark = pytest.mark.e2e
WENT_LIVE = "SELECT id FROM release WHERE outcome = 'live'"
UNDELIVERED = "SELECT count(*) AS messages FROM delivery WHERE ended_at IS NULL AND way LIKE 'slack:%'"
ON = "SELECT key FROM outbox WHERE release_id = :id AND channel = :channel ORDER BY id"
TOLD = "SELECT key FROM outbox WHERE release_id = :id ORDER BY id"


def test_other_ways_tell_people_meanwhile(
    scene: Scene,
    slack: SlackStandIn,
    receiver: WebhookReceiver,
    mail_server: SmtpServer,
    when_all_stories_are_told: None,
) -> None:
    release = next((str(row["id"]) for row in scene.rows(WENT_LIVE)), None) or _goes_live(scene)
    told = [str(row["key"]) for row in scene.rows(ON, id=release, channel="deploy")]
    asked = {str(row["key"]) for row in scene.rows(ON, id=release, channel="approvals")}

    def by_webhook() -> list[str]:
        return [one["key"] for one in receiver.signed() if one["key"] in told]

    wait_for(lambda: by_webhook() == told or None, PATIENCE, "the webhook to be told, in order")
    wait_for(lambda: asked <= {mail["X-Slipway-Message"] for mail in mail_server.taken} or None, PATIENCE, "e-mails")
    assert {mail["To"] for mail in mail_server.taken} == {READERS}
    assert slack.channels[CHANNEL].messages == []


def test_releases_go_live_while_slack_is_down_and_it_is_told_all_of_them_later(
    scene: Scene, slack: SlackStandIn, when_all_stories_are_told: None
) -> None:
    live = [str(row["id"]) for row in scene.rows(WENT_LIVE)]
    if not live:
        live = [_goes_live(scene)]
    down = scene.client("gus").get("/slipway/api/messages", undelivered=True)["ways"]
    assert [one["way"] for one in down if one["way"].startswith("slack:")] == [f"slack:{CHANNEL}"]

    assert slack.channels[CHANNEL].messages == []
    slack.always = None

    def all_told() -> bool | None:
        with scene.engine.begin() as connection:  # whoever was asked to wait for minutes has waited
            connection.exec_driver_sql("UPDATE message_way SET paused_until = now()")
        return scene.rows(UNDELIVERED)[0]["messages"] == 0 or None

    wait_for(all_told, PATIENCE, "Slack to be told")
    posted = [one for one in slack.channels[CHANNEL].messages if "metadata" in one]
    keys = [one["metadata"]["event_payload"]["key"] for one in posted]
    assert len(keys) == len(set(keys)), "nothing is told twice"
    threads = {one["metadata"]["event_payload"]["key"]: one.get("thread_ts", one["ts"]) for one in posted}
    for release in live:
        told = [str(row["key"]) for row in scene.rows(TOLD, id=release)]
        assert [key for key in keys if key in told] == told, "in order"
        assert len({threads[key] for key in told}) == 1, "in one thread"


def _goes_live(scene: Scene) -> str:
    """Where this test runs by itself."""
    run = scene.ask("unloved", "1.0.0")
    run.go_live()
    return run.release_id
