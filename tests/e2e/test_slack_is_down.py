"""Slack is down while all releases of the session are made: none waits for it, and it is told them all later (R14)."""

import html

import pytest

from slipway.platform.client import wait_for
from tests.e2e.scenery import CHANNEL, READERS, TOPIC
from tests.e2e.story import PATIENCE, Scene
from tests.fakes.smtp_server import SmtpServer
from tests.fakes.webhook_receiver import WebhookReceiver
from tests.slack.stand_in import SlackStandIn

pytestmark = pytest.mark.e2e
WENT_LIVE = "SELECT id FROM release WHERE outcome = 'live'"
UNDELIVERED = "SELECT count(*) AS messages FROM delivery WHERE ended_at IS NULL AND way LIKE 'slack:%'"
ON = "SELECT key FROM outbox WHERE release_id = :id AND channel = :channel ORDER BY id"
TOLD = "SELECT key, text, headline FROM outbox WHERE release_id = :id ORDER BY id"


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

    hold = scene.hold("unloved", "gina", "The topic says it later.")
    channel = slack.channels[CHANNEL]
    assert (channel.messages, channel.topic) == ([], TOPIC)
    slack.always = None

    def all_told() -> bool | None:
        _has_waited(scene)
        return scene.rows(UNDELIVERED)[0]["messages"] == 0 or None

    wait_for(all_told, PATIENCE, "Slack to be told")
    posted = [one for one in slack.channels[CHANNEL].messages if "metadata" in one]
    keys = [one["metadata"]["event_payload"]["key"] for one in posted]
    assert len(keys) == len(set(keys)), "nothing is told twice"
    threads = {one["metadata"]["event_payload"]["key"]: one.get("thread_ts", one["ts"]) for one in posted}
    for release in live:
        told = [str(row["key"]) for row in scene.rows(TOLD, id=release)]
        wait_for(lambda of=release: _first_message_is_right(scene, slack, of), PATIENCE, "how it stands to be shown")
        assert [key for key in keys if key in told] == told, "in order"
        assert len({threads[key] for key in told}) == 1, "in one thread"
        changed = {arguments["ts"] for method, arguments in slack.calls if method == "chat.update"}
        assert threads[told[0]] in changed, "in place"
    assert any(_headlines(scene, release)[-1].endswith("): live") for release in live)

    def topic_says(held: bool) -> bool | None:
        _has_waited(scene)
        says = channel.topic.startswith("HOLD ") if held else channel.topic == TOPIC
        return (says and channel.topic.endswith(TOPIC)) or None

    wait_for(lambda: topic_says(held=True), PATIENCE, "the topic to say what is held")
    assert scene.client("gina").request("POST", f"/slipway/api/holds/{hold}/lift", json={}).is_success
    others = bool(scene.client("gus").get("/slipway/api/holds"))
    wait_for(lambda: topic_says(held=others), PATIENCE, "the topic to be as it was but for what is held still")


def _has_waited(scene: Scene) -> None:
    """Whoever was asked to wait for minutes."""
    with scene.engine.begin() as connection:
        connection.exec_driver_sql("UPDATE message_way SET paused_until = now()")


def _headlines(scene: Scene, release: str) -> list[str]:
    return [str(row["headline"]) for row in scene.rows(TOLD, id=release) if row["headline"]]


def _first_message_is_right(scene: Scene, slack: SlackStandIn, release: str) -> bool | None:
    """Below how the release stands now it says what it said at first."""
    first = scene.rows(TOLD, id=release)[0]
    of_key = (one for one in slack.channels[CHANNEL].messages if "metadata" in one)
    shown = next(one for one in of_key if one["metadata"]["event_payload"]["key"] == first["key"])
    headline, said = html.unescape(shown["text"]).split("\n", 1)
    return (headline == _headlines(scene, release)[-1] and said.endswith(first["text"])) or None


def _goes_live(scene: Scene) -> str:
    """Where this test runs by itself."""
    run = scene.ask("unloved", "1.0.0")
    run.go_live()
    return run.release_id
