"""Slack is down for a while: nobody else waits, nothing is lost, and it is told once, in order, in its thread."""

import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from threading import Event

import pytest

from slipway.adapters.notifiers.message_file import MessageFile
from slipway.adapters.notifiers.slack import SlackNotifier
from slipway.adapters.notifiers.slack_topic import SlackTopic
from slipway.airflow_edge.announcer import Announcer
from slipway.domain.grant import Step
from slipway.domain.message_routes import FILE, MessageChannel, MessageRoutes, Way, WayKind
from slipway.domain.release import ChangeKind
from slipway.ports.messages import Notifier
from slipway.ports.values import Actor
from slipway.use_cases.stop import stop
from tests.builders import DEV, a_service, people, platform_rules
from tests.scene import Scene
from tests.slack.stand_in import SlackStandIn, answer_lost, limited, no_json, status

pytestmark = pytest.mark.airflow
SLACK = Way(kind=WayKind.SLACK, address="C0DEPLOY")


@pytest.fixture
def slack(monkeypatch: pytest.MonkeyPatch) -> Iterator[SlackStandIn]:
    with SlackStandIn() as stand_in:
        stand_in.channel(SLACK.address)
        monkeypatch.setenv("AIRFLOW_CONN_SLACK_DEFAULT", stand_in.connection)
        yield stand_in


@pytest.fixture
def scene(make_scene: Callable[..., Scene]) -> Scene:
    made = make_scene(a_service())
    ways = MessageRoutes(ways=dict.fromkeys(MessageChannel, (SLACK, FILE)))
    made.activate(replace(platform_rules(), messages=ways), people())
    return made


@pytest.fixture
def announcer(scene: Scene, tmp_path: Path) -> Iterator[Announcer]:
    from slipway.airflow_edge.slack_call import HookSlackCall  # noqa: PLC0415 - Airflow takes seconds

    def notifier(way: Way) -> Notifier:
        return MessageFile(tmp_path / "messages.txt") if way == FILE else SlackNotifier(HookSlackCall(), way.address)

    made = Announcer(scene.store, notifier, lambda way: SlackTopic(HookSlackCall(), way.address))
    yield made
    made.close()


def rounds(announcer: Announcer, scene: Scene, until: Callable[[], bool]) -> None:
    """As many as it takes; whoever was asked to wait has waited."""
    for _ in range(600):
        announcer.round()
        if until():
            return
        with scene.store.transaction() as tx:
            tx.sql.run("UPDATE message_way SET paused_until = now()")
        Event().wait(0.05)
    raise AssertionError("it never came")


def everything_arrived(scene: Scene) -> bool:
    with scene.store.transaction() as tx:
        behind = tx.deliveries.headlines_behind(str(SLACK), 1)
        return tx.deliveries.count_undelivered() == 0 and not behind


def test_a_release_goes_on_while_slack_is_down_and_is_told_in_its_thread(
    scene: Scene, slack: SlackStandIn, announcer: Announcer, tmp_path: Path
) -> None:
    slack.always = status(503)
    attempt = scene.preprod_passed("1.1")
    rounds(announcer, scene, lambda: (tmp_path / "messages.txt").exists() and len(slack.calls) > 2)
    assert "preprod: passed" in (tmp_path / "messages.txt").read_text()
    assert slack.shown(SLACK.address) == []

    slack.always = None
    slack.faults.extend([answer_lost, limited(1), no_json])
    rounds(announcer, scene, lambda: everything_arrived(scene))
    first, *others = slack.shown(SLACK.address)
    assert first.startswith(f"orders 1.1 ({attempt.release_id}): preprod: passed\n")
    shown = slack.channels[SLACK.address].messages[0]["ts"]
    assert shown in {arguments["ts"] for method, arguments in slack.calls if method == "chat.update"}
    assert all(text.startswith("  ") for text in others)
    assert len(others) == len(set(others)) == 5
    with scene.store.transaction() as tx:
        told = tx.sql.all("SELECT key FROM outbox ORDER BY id")
    keys = [one["metadata"]["event_payload"]["key"] for one in slack.channels[SLACK.address].messages]
    assert keys == [row["key"] for row in told]


def test_a_security_release_tells_slack_its_reference_only(
    scene: Scene, slack: SlackStandIn, announcer: Announcer
) -> None:
    attempt = scene.opened("1.1", by="sam", kind=ChangeKind.SECURITY)
    scene.stage(attempt, DEV)
    scene.ask(attempt, Step.APPROVE)
    stop(scene.world, attempt.release_id, Actor(id="sam", via="rest"), "the hole in the login form is elsewhere")
    rounds(announcer, scene, lambda: everything_arrived(scene))
    conversation = json.dumps([arguments for _, arguments in slack.calls])
    assert scene.release_of(attempt).summary in conversation
    for secret in ("takes more orders", "back to the version before", "the login form"):
        assert secret not in conversation
