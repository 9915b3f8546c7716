"""Whose changes a release takes along is told, and those people are called (R14)."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from slipway.domain.commits import Commit, CommitsSinceLive
from slipway.domain.grant import Step
from slipway.domain.message import Message
from slipway.domain.people import People
from slipway.domain.release import ChangeKind
from slipway.domain.repository import Repository
from tests.builders import a_service, people, platform_rules
from tests.fakes.upstreams import FakeHistory, FakeUpstream, FakeUpstreams, tar_of
from tests.scene import Scene

GITHUB = Repository(name="gov/orders", asset="orders-{version}.tar")
COMMITS = (
    Commit(id="4", author="Ada", subject="More", email="ADA@example.org"),
    Commit(id="3", author="sue", subject="Mend it"),
    Commit(id="2", author="Ada", subject="Less", email="ada@example.org"),
    Commit(id="1", author="A stranger", subject="Try", email="s@elsewhere.example"),
)


def known() -> People:
    """Ada is Rita, who writes commits under another name; sue's account is her id."""
    found = people()
    addresses = {"rita": "ada@example.org", "sue": "sue@example.org"}
    by_id = {one: replace(person, email=addresses.get(one)) for one, person in found.by_id.items()}
    return replace(found, by_id=by_id)


@pytest.fixture
def scene(make_scene: Callable[..., Scene]) -> Scene:
    history = FakeHistory(CommitsSinceLive(since="1.0", commits=COMMITS, total=7, source="a fake history"))
    github = FakeUpstream()
    for version in ("1.0", "1.1"):
        github.publish("orders", version, tar_of({"app.py": version}))
    made = make_scene(a_service(repository=GITHUB), upstreams=FakeUpstreams([github], [history]))
    made.activate(platform_rules(), known())
    made.long_live("1.0")
    return made


def named(scene: Scene) -> list[Message]:
    with scene.store.transaction() as tx:
        return [message for _, message in tx.outbox.unsent(1000) if message.key.startswith("authors:")]


def test_each_author_is_named_once_and_those_we_know_are_called(scene: Scene) -> None:
    attempt = scene.dev_passed("1.1")
    scene.ask(attempt, Step.APPROVE)
    (message,) = named(scene)
    assert "takes along 7 commits since 1.0, which is live. They are by Rita, Sue, A stranger." in message.text
    assert message.mentions == ("ada@example.org", "sue@example.org")
    assert (message.channel, message.release_id) == ("deploy", attempt.release_id)


def test_it_is_told_once_for_each_version(scene: Scene) -> None:
    attempt = scene.dev_passed("1.1")
    scene.ask(attempt, Step.APPROVE)
    scene.ask(attempt, Step.APPROVE)
    assert [message.key for message in named(scene)] == [f"authors:{attempt.release_id}:1.1"]


def test_of_a_security_release_nobody_is_named(scene: Scene) -> None:
    attempt = scene.dev_passed("1.1", by="sam", kind=ChangeKind.SECURITY)
    scene.ask(attempt, Step.APPROVE)
    assert named(scene) == []
