"""A potentially problematic release is announced before it goes live: once, to everybody, and nobody has to answer."""

import json
from typing import Any

import pytest

from slipway.domain.announcement import Announcement, announcement_key
from slipway.domain.errors import NotFoundError, RefusedError
from slipway.domain.grant import Step
from slipway.domain.release import Attempt, ChangeKind, Origin
from slipway.ports.values import Actor
from slipway.use_cases.acknowledge import acknowledge
from slipway.use_cases.ask_approval import Asked
from slipway.use_cases.object_to import object_to
from slipway.use_cases.stop import stop
from slipway.use_cases.take_turn import TurnAnswer
from tests.builders import DEV, PREPROD, PROD
from tests.scene import Scene

RISKY: dict[str, Any] = {"extra": {"problematic": "true"}}
SECRET = "a hole in the order page"


def announcements(scene: Scene) -> list[tuple[str, str, str | None]]:
    """Channel, text and release of the messages, the oldest first."""
    with scene.store.transaction() as tx:
        rows = tx.sql.all("SELECT channel, text, release_id FROM outbox WHERE key LIKE 'beforehand:%' ORDER BY id")
        return [(row["channel"], row["text"], row["release_id"]) for row in rows]


def announcement(scene: Scene, attempt: Attempt) -> Announcement:
    with scene.store.transaction() as tx:
        found = tx.announcements.find(attempt.release_id, attempt.version)
    assert found is not None
    return found


def seen(scene: Scene, attempt: Attempt, by: str = "lena", comment: str = "") -> str:
    return acknowledge(scene.world, attempt.release_id, Actor(id=by, via="rest"), comment)


def logged(scene: Scene, kind: str) -> list[Any]:
    return [json.loads(entry) for entry in scene.log(kind)]


def renewed(scene: Scene, before: Attempt, version: str = "1.0", **more: Any) -> Attempt:
    """A further attempt of the release, at the first question about live."""
    stop(scene.world, before.release_id, Actor(id="rita", via="rest"), "for the test")
    scene.finish(before, PROD)
    scene.close(before)
    with scene.store.transaction() as tx:
        tx.sql.run("UPDATE release SET state = 'awaiting_retry', outcome = NULL")
    further = scene.opened(version, release_id=before.release_id, **more)
    for role in (DEV, PREPROD):
        if scene.stage_of(further, role).outcome is None:
            if role is PREPROD:
                scene.grant(further, Step.APPROVE, "sam")
            scene.stage(further, role)
    scene.ask(further, Step.AUTHORISE)
    return further


def test_it_is_announced_when_people_are_first_asked_about_live(scene: Scene) -> None:
    attempt = scene.preprod_passed(**RISKY)
    assert announcements(scene) == []

    scene.ask(attempt, Step.AUTHORISE)

    ((channel, text, release_id),) = announcements(scene)
    assert (channel, release_id) == ("deploy", None)
    at = announcement(scene, attempt).told_at
    for told in (
        "orders 1.0",
        attempt.release_id,
        "rita",
        "takes more orders",
        "in prod at ",
        "30 minutes after this has arrived",
        f"slipway object {attempt.release_id} --reason",
        f"slipway acknowledge {attempt.release_id}",
    ):
        assert told in text
    assert f"{at:%Y-%m-%d}" in text
    (entry,) = logged(scene, "release_announced")
    assert entry["message"] == announcement_key(attempt.release_id, "1.0")
    assert (entry["version"], entry["objection_minutes"]) == ("1.0", 30)


def test_nobody_is_told_twice_whoever_is_asked_and_however_often_it_waits(scene: Scene) -> None:
    attempt = scene.signed_off(**RISKY)
    for _ in range(2):
        assert [one.code for one in scene.turn(attempt, PROD).blockers] == ["objections_open"]
    assert len(announcements(scene)) == len(scene.log("release_announced")) == 1


def test_what_was_queued_without_being_announced_is_announced_then(scene: Scene) -> None:
    attempt = scene.signed_off()
    with scene.store.transaction() as tx:
        tx.sql.run("""UPDATE release SET extra = '{"problematic": "true"}'""")
    waits = scene.turn(attempt, PROD)
    assert waits.answer is TurnAnswer.WAIT
    assert "has not been sent yet" in waits.blockers[0].message
    assert len(announcements(scene)) == 1


def test_a_release_that_expects_no_trouble_is_not_announced(scene: Scene) -> None:
    assert scene.turn(scene.signed_off(), PROD).answer is TurnAnswer.TAKEN
    assert announcements(scene) == []


def test_one_that_ends_in_preprod_is_not_announced(scene: Scene) -> None:
    attempt = scene.preprod_passed(to=PREPROD, **RISKY)
    scene.ask(attempt, Step.AUTHORISE)
    assert announcements(scene) == []


def test_a_further_attempt_of_the_same_version_is_not_announced_again_and_another_version_is(scene: Scene) -> None:
    attempt = scene.preprod_passed(**RISKY)
    scene.ask(attempt, Step.AUTHORISE)
    again = renewed(scene, attempt, by="platform", origin=Origin.PLATFORM)
    assert len(announcements(scene)) == 1
    renewed(scene, again, "1.1", by="rob")
    assert [text.split(" (")[0] for _, text, _ in announcements(scene)] == ["orders 1.0", "orders 1.1"]


def test_an_emergency_is_announced_and_not_stopped_by_it(scene: Scene) -> None:
    attempt = scene.signed_off(by="lena", kind=ChangeKind.EMERGENCY, **RISKY)
    assert scene.turn(attempt, PROD).answer is TurnAnswer.TAKEN
    ((_, text, _),) = announcements(scene)
    assert "emergency changes do not wait" in text
    assert f"slipway object {attempt.release_id} --reason" in text
    assert [entry["objection_minutes"] for entry in logged(scene, "release_announced")] == [0]


def test_a_security_release_tells_its_reference_only(scene: Scene) -> None:
    attempt = scene.preprod_passed(by="lena", kind=ChangeKind.SECURITY, **RISKY)
    scene.ask(attempt, Step.AUTHORISE)
    ((_, text, _),) = announcements(scene)
    assert "SEC-" in text
    assert "takes more orders" not in text
    seen(scene, attempt, "mona", SECRET)
    assert SECRET not in announcement(scene, attempt).acknowledged[0].comment
    assert SECRET not in json.dumps(logged(scene, "release_acknowledged"))


@pytest.mark.parametrize("person", ["pat", "dora", "rita", "sam"])
def test_everybody_may_say_that_they_have_seen_it_and_most_stand_in_for_nothing(scene: Scene, person: str) -> None:
    attempt = scene.signed_off(**RISKY)
    assert "does not stand in for that" in seen(scene, attempt, person, "we are at the museum")
    (one,) = announcement(scene, attempt).acknowledged
    assert (one.person, one.name, one.comment) == (person, person.capitalize(), "we are at the museum")
    (entry,) = logged(scene, "release_acknowledged")
    assert (entry["instead_of_delivery"], entry["name"]) == (False, person.capitalize())
    assert [blocker.code for blocker in scene.turn(attempt, PROD).blockers] == ["objections_open"]


def test_who_acknowledges_twice_is_told_so(scene: Scene) -> None:
    attempt = scene.signed_off(**RISKY)
    seen(scene, attempt, "lena", "first")
    assert seen(scene, attempt, "lena", "second").startswith("already acknowledged")
    assert [one.comment for one in announcement(scene, attempt).acknowledged] == ["first"]
    assert len(scene.log("release_acknowledged")) == 1


def test_what_there_is_not_is_acknowledged_by_nobody(scene: Scene) -> None:
    with pytest.raises(NotFoundError, match="slipway status"):
        acknowledge(scene.world, "r99", Actor(id="lena", via="rest"))
    early = scene.dev_passed("1.1", by="rob", **RISKY)
    with pytest.raises(RefusedError, match="not announced yet"):
        seen(scene, early)
    with pytest.raises(RefusedError, match="belongs to nobody"):
        seen(scene, early, "stranger")
    with scene.store.transaction() as tx:
        tx.sql.run("UPDATE release SET state = 'ended', outcome = 'withdrawn'")
    with pytest.raises(RefusedError, match="has ended already"):
        seen(scene, early)
    assert len(scene.log("acknowledgement_refused")) == 3


def test_an_ordinary_release_is_acknowledged_too_and_its_forms_say_by_whom(scene: Scene) -> None:
    attempt = scene.dev_passed()
    assert seen(scene, attempt, "rob", "my change is in it").endswith("is acknowledged")
    assert seen(scene, attempt, "rob").startswith("already acknowledged")
    (entry,) = logged(scene, "release_acknowledged")
    assert (entry["name"], entry["comment"], entry["instead_of_delivery"]) == ("Rob", "my change is in it", False)
    asked = scene.ask(attempt, Step.APPROVE)
    assert isinstance(asked, Asked)
    assert "- Acknowledged by rob at" in asked.request.evidence
    assert ": `my change is in it`" in asked.request.evidence


def objected(scene: Scene, attempt: Attempt, by: str = "rob") -> int:
    return object_to(scene.world, attempt.release_id, "not on tax day", Actor(id=by, via="rest"))


def test_who_objects_holds_the_service_and_the_log_and_form_of_the_release_say_so(scene: Scene) -> None:
    attempt = scene.dev_passed()
    number = objected(scene, attempt)
    (entry,) = logged(scene, "hold_placed")
    assert (entry["hold"], entry["objects_to"], entry["absolute"]) == (number, attempt.release_id, False)
    with scene.store.transaction() as tx:
        (row,) = tx.sql.all("SELECT release_id, service FROM log WHERE kind = 'hold_placed'")
    assert (row["release_id"], row["service"]) == (attempt.release_id, "orders")
    asked = scene.ask(attempt, Step.APPROVE)
    assert isinstance(asked, Asked)
    assert f"`objects to {attempt.release_id}: not on tax day` (hold {number} by rob)" in asked.request.evidence
    scene.answer(attempt, Step.APPROVE, "sam")
    assert [blocker.code for blocker in scene.turn(attempt, PREPROD).blockers] == ["hold"]


def test_an_objection_to_what_waits_for_nobody_is_an_absolute_hold(scene: Scene) -> None:
    urgent = scene.dev_passed(by="lena", kind=ChangeKind.EMERGENCY)
    with pytest.raises(RefusedError, match="emergencies too"):
        objected(scene, urgent)
    objected(scene, urgent, "mona")
    assert [entry["absolute"] for entry in logged(scene, "hold_placed")] == [True]


def test_nobody_objects_to_what_is_not_there_or_has_ended(scene: Scene) -> None:
    with pytest.raises(NotFoundError, match="slipway status"):
        object_to(scene.world, "r99", "no", Actor(id="rob", via="rest"))
    attempt = scene.dev_passed()
    with scene.store.transaction() as tx:
        tx.sql.run("UPDATE release SET state = 'ended', outcome = 'withdrawn'")
    with pytest.raises(RefusedError, match="nothing to object to"):
        objected(scene, attempt)
    assert len(scene.log("hold_refused")) == 1


def test_those_who_decide_see_who_was_told_and_who_has_seen_it(scene: Scene) -> None:
    attempt = scene.preprod_passed(**RISKY)
    asked = scene.ask(attempt, Step.AUTHORISE)
    assert isinstance(asked, Asked)
    assert "it is being sent with this question" in asked.request.evidence
    seen(scene, attempt, "lena", "we watch it")
    scene.answer(attempt, Step.AUTHORISE, "sam")
    asked = scene.ask(attempt, Step.SIGN_OFF)
    assert isinstance(asked, Asked)
    (line,) = (line for line in asked.request.evidence.splitlines() if line.startswith("- Acknowledged by"))
    assert line.startswith("- Acknowledged by lena at ")
    assert line.endswith(" UTC: `we watch it`")
