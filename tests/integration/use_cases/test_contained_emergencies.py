"""After an emergency the next ordinary release must contain it: asked of the repository, or declared by who asks."""

import json
from collections.abc import Callable
from typing import Any

import pytest

from slipway.domain.commits import CommitsSinceLive
from slipway.domain.errors import RefusedError, UnavailableError
from slipway.domain.grant import Step
from slipway.domain.release import Attempt, ChangeKind, Origin
from slipway.domain.repository import Repository
from slipway.ports.outside.checks import CheckStatus
from slipway.use_cases.ask_approval import Asked
from slipway.use_cases.explain import explain
from slipway.use_cases.take_turn import TurnAnswer
from tests.builders import DEV, PREPROD, PROD, a_service
from tests.fakes.upstreams import FakeHistory, FakeUpstream, FakeUpstreams, tar_of
from tests.scene import Scene

URGENT = {"by": "lena", "kind": ChangeKind.EMERGENCY}
AWAY = UnavailableError("the history is away")


@pytest.fixture
def history() -> FakeHistory:
    return FakeHistory(CommitsSinceLive(since="1.0", source="a fake history"))


@pytest.fixture
def published(make_scene: Callable[..., Scene], history: FakeHistory) -> Scene:
    """Orders names a repository, whose history answers as told."""
    upstream = FakeUpstream()
    for version in ("1.0", "1.0.1", "1.1", "1.2"):
        upstream.publish("orders", version, tar_of({"app.py": f"orders {version}"}))
    orders = a_service(repository=Repository(name="gov/orders", asset="orders-{version}.tar.gz"))
    return make_scene(orders, upstreams=FakeUpstreams([upstream], [history]))


def emergency(scene: Scene, version: str = "1.0.1") -> Attempt:
    return scene.live(version, **URGENT)


def refused(scene: Scene, version: str = "1.1", **more: Any) -> RefusedError:
    with pytest.raises(RefusedError) as raised:
        scene.opened(version, **more)
    return raised.value


def asked(scene: Scene) -> list[Any]:
    return [json.loads(entry) for entry in scene.log("emergency_containment_asked")]


@pytest.mark.parametrize("kind", [ChangeKind.EMERGENCY, ChangeKind.SECURITY])
def test_an_ordinary_release_of_which_nobody_knows_is_refused_and_the_log_says_why(
    scene: Scene, kind: ChangeKind
) -> None:
    urgent = scene.live("1.0.1", by="lena", kind=kind)
    error = refused(scene)
    assert error.code == "emergency_unknown"
    assert f"--contains {urgent.release_id}" in str(error)
    (entry,) = (json.loads(payload) for payload in scene.log("release_refused"))
    assert (entry["code"], entry["message"]) == ("emergency_unknown", str(error))
    with scene.store.transaction() as tx:
        assert tx.releases.open_attempts("orders") == []


def test_declared_it_goes_live_and_log_and_approvers_are_told_by_whom(scene: Scene) -> None:
    urgent = emergency(scene)
    attempt = scene.dev_passed("1.1", by="sue", contains=urgent.release_id)
    (entry,) = (json.loads(payload) for payload in scene.log("emergency_declared_contained"))
    assert (entry["emergency"], entry["emergency_version"]) == (urgent.release_id, "1.0.1")
    question = scene.ask(attempt, Step.APPROVE)
    assert isinstance(question, Asked)
    assert f"sue declares that it contains emergency release {urgent.release_id} (1.0.1)" in question.request.evidence
    assert "sue" not in question.assignees
    assert scene.answer(attempt, Step.APPROVE, "sam").kind == "granted"
    assert scene.stage(attempt, PREPROD).outcome == "passed"


def test_it_ends_with_the_ordinary_release_that_is_live(scene: Scene) -> None:
    urgent = emergency(scene)
    scene.live("1.1", contains=urgent.release_id)
    scene.live("1.2")
    assert scene.runs(PROD) == "1.2"


def test_a_release_to_preprod_does_not_end_it(scene: Scene) -> None:
    urgent = emergency(scene)
    proven = scene.preprod_passed("1.1", contains=urgent.release_id, to=PREPROD)
    scene.finish(proven, PROD)
    scene.close(proven)
    assert refused(scene, "1.2").code == "emergency_unknown"


def test_each_of_two_emergencies_must_be_contained(scene: Scene) -> None:
    first, second = emergency(scene), emergency(scene, "1.0.2")
    assert second.release_id in str(refused(scene, contains=first.release_id))
    assert first.release_id in str(refused(scene, contains=second.release_id))
    scene.opened("1.1", contains=f"{first.release_id}, {second.release_id}")


def test_what_is_undone_is_owed_nothing(scene: Scene) -> None:
    scene.long_live("1.0")
    urgent = scene.signed_off("1.0.1", **URGENT)
    scene.work(urgent, PROD)
    with scene.store.transaction() as tx:
        assert [one.release_id for one in tx.containments.owed("orders")] == [urgent.release_id]
        tx.releases.request_stop(urgent.id, "rob", "it is worse than before")
    assert scene.finish(urgent, PROD).outcome == "undone"
    with scene.store.transaction() as tx:
        assert tx.containments.owed("orders") == []


def test_dev_and_another_service_and_another_emergency_go_on(make_scene: Callable[..., Scene]) -> None:
    scene = make_scene(a_service(), a_service("forms"))
    emergency(scene)
    scene.opened("1.1", by="schedule", to=DEV, origin=Origin.SCHEDULE)
    scene.opened("1.1", service="forms")
    emergency(scene, "1.0.2")


def test_the_same_artefact_needs_no_word(scene: Scene) -> None:
    emergency(scene)
    attempt = scene.preprod_passed("1.0.1")
    question = scene.ask(attempt, Step.AUTHORISE)
    assert isinstance(question, Asked)
    assert "it is the same artefact" in question.request.evidence


@pytest.mark.parametrize("name", ["r999", "nonsense"])
def test_what_is_declared_must_be_an_emergency_of_that_service(scene: Scene, name: str) -> None:
    ordinary = scene.live("1.0")
    for named in (name, ordinary.release_id):
        assert refused(scene, contains=named).code == "contains_unknown"


def test_the_repository_says_yes_and_nobody_need_declare_it(published: Scene, history: FakeHistory) -> None:
    urgent = emergency(published)
    attempt = published.dev_passed("1.1")
    assert history.compared == [("1.1", "1.0.1")]
    (found,) = asked(published)
    assert (found["emergency"], found["answer"], found["source"]) == (urgent.release_id, "contained", "a fake history")
    question = published.ask(attempt, Step.APPROVE)
    assert isinstance(question, Asked)
    assert f"Contains emergency release {urgent.release_id} (1.0.1), says a fake history" in question.request.evidence


def test_the_repository_says_no_whatever_is_declared(published: Scene, history: FakeHistory) -> None:
    urgent = emergency(published)
    history.says_contained = False
    error = refused(published, contains=urgent.release_id)
    assert error.code == "emergency_not_contained"
    assert "merge them" in str(error)


def test_where_the_repository_cannot_say_it_is_declared(published: Scene, history: FakeHistory) -> None:
    urgent = emergency(published)
    history.says_contained = AWAY
    assert "the history is away" in str(refused(published))
    attempt = published.dev_passed("1.1", contains=urgent.release_id)
    question = published.ask(attempt, Step.APPROVE)
    assert isinstance(question, Asked)
    assert "rita declares" in question.request.evidence
    assert "`the history is away`" in question.request.evidence


def test_a_repository_that_is_back_is_asked_again_before_the_turn_and_its_no_counts(
    published: Scene, history: FakeHistory
) -> None:
    urgent = emergency(published)
    history.says_contained = AWAY
    attempt = published.approved("1.1", contains=urgent.release_id)
    history.says_contained = False
    result = published.turn(attempt, PREPROD)
    assert (result.answer, result.blockers[0].code) == (TurnAnswer.ENDED, "emergency_not_contained")
    assert [found["answer"] for found in asked(published)] == ["unknown", "not_contained"]


def test_the_permit_asks_too(published: Scene, history: FakeHistory) -> None:
    urgent = emergency(published)
    history.says_contained = AWAY
    attempt = published.approved("1.1", contains=urgent.release_id)
    assert published.turn(attempt, PREPROD).answer is TurnAnswer.TAKEN
    history.says_contained = False
    with pytest.raises(RefusedError, match="emergency_not_contained"):
        published.deploy(attempt, PREPROD)
    assert published.runs(PREPROD) == "1.0.1"


def test_an_emergency_that_goes_live_meanwhile_ends_the_wait_of_an_ordinary_release(scene: Scene) -> None:
    urgent = scene.signed_off("1.0.1", **URGENT)
    ordinary = scene.approved("1.1", by="rob")
    scene.work(urgent, PROD)
    scene.grant(urgent, Step.CONFIRM, "rita")
    scene.finish(urgent, PROD)
    result = scene.turn(ordinary, PREPROD)
    assert (result.answer, result.blockers[0].code) == (TurnAnswer.ENDED, "emergency_unknown")
    scene.finish(ordinary, PREPROD)
    scene.finish(ordinary, PROD)
    scene.close(ordinary)
    again = {"by": "rob", "release_id": ordinary.release_id}
    assert refused(scene, **again).code == "emergency_unknown"
    scene.opened("1.1", contains=urgent.release_id, **again)


def test_it_can_be_declared_before_the_emergency_is_live_but_only_of_that_version(scene: Scene) -> None:
    urgent = scene.signed_off("1.0.1", **URGENT)
    ordinary = scene.approved("1.1", by="rob", contains=urgent.release_id)
    scene.work(urgent, PROD)
    scene.grant(urgent, Step.CONFIRM, "rita")
    scene.finish(urgent, PROD)
    assert scene.turn(ordinary, PREPROD).answer is TurnAnswer.TAKEN
    with scene.store.transaction() as tx:
        (owed,) = tx.containments.owed("orders")
        assert tx.containments.known(ordinary.id, owed).declared_by == "rob"


def test_a_further_attempt_of_the_same_artefact_keeps_what_was_declared(scene: Scene) -> None:
    urgent = emergency(scene)
    first = scene.approved("1.1", contains=urgent.release_id)
    scene.probe.verdicts["1.1"] = CheckStatus.UNKNOWN
    assert scene.stage(first, PREPROD).outcome == "undone"
    assert scene.close(first).outcome == "failed"
    again = scene.opened("1.1", by="rob", release_id=first.release_id)
    question = scene.ask(again, Step.APPROVE)
    assert isinstance(question, Asked)
    assert "rita declares" in question.request.evidence


def test_explain_says_so_before_anybody_asks(scene: Scene) -> None:
    urgent = emergency(scene)
    (explained,) = explain(scene.store, "orders", "ordering", "prod")
    (blocker,) = explained.decision.blockers
    assert blocker.code == "emergency_unknown"
    assert urgent.release_id in blocker.message
