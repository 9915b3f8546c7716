"""A version marked bad goes on only where a senior or manager says why, and everybody who decides reads it."""

import json
from typing import Any

import pytest
from sqlalchemy.exc import DBAPIError

from slipway.adapters.database.overview import Overview
from slipway.domain.errors import RefusedError
from slipway.domain.grant import Step
from slipway.domain.release import Attempt, ChangeKind, Origin
from slipway.ports.outside.checks import CheckStatus
from slipway.use_cases.ask_approval import Asked
from slipway.use_cases.take_turn import TurnAnswer
from tests.builders import DEV, PREPROD, PROD, people, platform_rules
from tests.scene import Scene

FAILED = "smoke: fail (answers: said fail because the test wanted it)"
WHY = "the check was wrong; the version is not"


@pytest.fixture
def bad(scene: Scene) -> Attempt:
    """The first attempt of 1.0, which a check failed in Preprod."""
    attempt = scene.approved()
    scene.probe.verdicts["1.0"] = CheckStatus.FAIL
    assert scene.stage(attempt, PREPROD).outcome == "undone"
    assert scene.close(attempt).outcome == "failed"
    scene.probe.verdicts.clear()
    return attempt


def retried(scene: Scene, bad: Attempt, by: str = "sue", **more: Any) -> Attempt:
    again = scene.opened("1.0", by=by, release_id=bad.release_id, **more)
    scene.stage(again, DEV)
    scene.grant(again, Step.APPROVE, "sam")
    return again


def test_a_retry_without_a_reason_is_refused_at_once_and_says_what_helps(scene: Scene, bad: Attempt) -> None:
    for version in ("1.0", None):
        with pytest.raises(RefusedError) as refused:
            scene.opened(version, by="sue", release_id=bad.release_id)
        assert refused.value.code == "bad_version"
        for said in ("orders 1.0 is marked bad: smoke: fail", "--version …", '--reason "…"', bad.release_id):
            assert said in str(refused.value)
    assert [json.loads(entry)["code"] for entry in scene.log("release_refused")] == ["bad_version"] * 2
    with scene.store.transaction() as tx:
        assert [one.id for one in tx.releases.attempts(bad.release_id)] == [bad.id]
        assert tx.releases.get(bad.release_id).state == "awaiting_retry"
    assert retried(scene, bad, despite_bad=WHY).number == 2


def test_the_message_of_the_failure_and_the_status_say_how_it_may_go_on(scene: Scene, bad: Attempt) -> None:
    how = f"Next: slipway retry {bad.release_id} --version VERSION"
    with scene.store.transaction() as tx:
        found = Overview(tx.sql).release(bad.release_id)
        (told,) = [one.text for _, one in tx.outbox.unsent(1000) if one.key == f"{bad.id}:ended"]
    assert found is not None
    for said in (found["next"], told):
        assert how in said
        assert f"slipway retry {bad.release_id} --reason" in said
    assert found["marked_bad"] == f"{FAILED}, in preprod"


def test_how_the_stage_ended_says_which_check_failed_and_the_mark_tells_no_more_than_that(
    scene: Scene, bad: Attempt
) -> None:
    detail = scene.stage_of(bad, PREPROD).detail
    assert detail.startswith(f"{FAILED}. Undo: ")
    with scene.store.transaction() as tx:
        told = {one.key: one.text for _, one in tx.outbox.unsent(1000)}
    assert FAILED in told[f"{bad.id}:{PREPROD}:finished"]
    *_, logged = (json.loads(entry) for entry in scene.log("smoke_finished"))
    assert logged["failed"] == "answers"
    (marked,) = (json.loads(entry) for entry in scene.log("version_marked_bad"))
    assert marked["because"] == f"{FAILED}, in preprod"


def test_marked_bad_after_it_was_asked_for_the_blocker_ends_it_and_the_retry_that_it_names_is_taken(
    scene: Scene,
) -> None:
    new = scene.approved(by="sue")
    with scene.store.transaction() as tx:
        tx.records.mark_bad(new, "smoke: fail", "platform")
    result = scene.turn(new, PREPROD)
    assert (result.answer, [blocker.code for blocker in result.blockers]) == (TurnAnswer.ENDED, ["bad_version"])
    assert f"slipway retry {new.release_id} --reason" in result.blockers[0].cleared_by
    scene.finish(new, PREPROD)
    assert scene.close(new).outcome == "refused"
    assert retried(scene, new, despite_bad=WHY).number == 2


def test_with_a_seniors_reason_it_is_proven_again_and_the_log_says_who_and_why(scene: Scene, bad: Attempt) -> None:
    again = retried(scene, bad, despite_bad=WHY)
    assert scene.stage(again, PREPROD).outcome == "passed"
    (told,) = (json.loads(entry) for entry in scene.log("bad_version_tried_again"))
    assert (told["reason"], told["by"], told["version"]) == (WHY, "sue", "1.0")
    assert "smoke" in told["marked"]


def test_it_is_shown_to_those_who_decide(scene: Scene, bad: Attempt) -> None:
    again = scene.opened("1.0", by="mona", release_id=bad.release_id, despite_bad=WHY)
    asked = scene.ask(again, Step.APPROVE)
    assert isinstance(asked, Asked)
    lines = asked.request.evidence.splitlines()
    assert f"- It is tried again all the same, says mona, because: `{WHY}`" in lines
    assert any(line.startswith("- This version is marked bad:") for line in lines)
    assert "mona" not in asked.assignees


@pytest.mark.parametrize("kind", ChangeKind)
def test_a_new_release_of_it_is_refused_at_once_and_replaces_nothing(
    scene: Scene, bad: Attempt, kind: ChangeKind
) -> None:
    pending = scene.approved("1.1")
    with pytest.raises(RefusedError, match=r"orders 1\.0 is marked bad: smoke: fail") as refused:
        scene.opened("1.0", by="lena", kind=kind)
    assert refused.value.code == "bad_version"
    for said in ("Release a fix", 'slipway release orders 1.0 --despite-bad "…"'):
        assert said in str(refused.value)
    assert [json.loads(entry)["code"] for entry in scene.log("release_refused")] == ["bad_version"]
    assert scene.stage_of(pending, PREPROD).ending is None


def test_a_new_release_of_it_with_a_seniors_reason_goes_on(scene: Scene, bad: Attempt) -> None:
    new = scene.dev_passed("1.0", by="sue", despite_bad=WHY)
    scene.grant(new, Step.APPROVE, "sam")
    assert scene.turn(new, PREPROD).answer is TurnAnswer.TAKEN


def test_dev_may_try_it_without_a_reason(scene: Scene, bad: Attempt) -> None:
    assert scene.opened("1.0", to=DEV).number == 1


@pytest.mark.parametrize("by", ["rita", "lena"])
def test_others_reasons_are_refused(scene: Scene, bad: Attempt, by: str) -> None:
    with pytest.raises(RefusedError) as refused:
        retried(scene, bad, by=by, despite_bad=WHY)
    assert refused.value.code == "may_not_retry_bad_version"
    assert json.loads(scene.log("release_refused")[0])["code"] == "may_not_retry_bad_version"


def test_a_reason_for_a_version_that_is_not_bad_is_a_mistake(scene: Scene, bad: Attempt) -> None:
    with pytest.raises(RefusedError, match=r"1\.1 is not marked bad") as refused:
        scene.opened("1.1", by="sue", release_id=bad.release_id, despite_bad=WHY)
    assert refused.value.code == "not_marked_bad"


def test_the_next_failure_needs_the_next_reason(scene: Scene, bad: Attempt) -> None:
    again = retried(scene, bad, despite_bad=WHY)
    scene.probe.verdicts["1.0"] = CheckStatus.FAIL
    scene.stage(again, PREPROD)
    scene.close(again)
    scene.probe.verdicts.clear()
    with pytest.raises(RefusedError, match="is marked bad"):
        retried(scene, bad)


def test_the_platforms_own_attempt_goes_on_with_the_reason(scene: Scene, bad: Attempt) -> None:
    again = retried(scene, bad, despite_bad=WHY)
    scene.activate(platform_rules(), people("sam"))
    assert scene.turn(again, PREPROD).outcome == "renewed"
    assert scene.close(again).outcome == "renewed"
    renewed = scene.opened("1.0", by="platform", origin=Origin.PLATFORM, release_id=bad.release_id)
    scene.grant(renewed, Step.APPROVE, "mona")
    assert scene.turn(renewed, PREPROD).answer is TurnAnswer.TAKEN


def test_the_reason_of_somebody_who_left_counts_no_more(scene: Scene, bad: Attempt) -> None:
    again = retried(scene, bad, despite_bad=WHY)
    scene.activate(platform_rules(), people("sue"))
    result = scene.turn(again, PREPROD)
    assert [blocker.code for blocker in result.blockers] == ["bad_version"]
    assert "sue does not count any more" in result.blockers[0].message


def test_marked_bad_on_its_way_it_does_not_go_live(scene: Scene) -> None:
    attempt = scene.signed_off()
    scene.probe.verdicts["1.0"] = CheckStatus.FAIL
    nightly = scene.opened("1.0", by="schedule", origin=Origin.SCHEDULE, to=DEV)
    scene.stage(nightly, DEV)
    assert [blocker.code for blocker in scene.turn(attempt, PROD).blockers] == ["bad_version"]


def test_the_mark_stays_whatever_becomes_of_the_version(scene: Scene, bad: Attempt) -> None:
    assert scene.stage(retried(scene, bad, despite_bad=WHY), PREPROD).outcome == "passed"
    with scene.store.transaction() as tx:
        assert tx.records.why_bad("orders", bad.digest)
    for statement in ("DELETE FROM bad_version", "UPDATE bad_version SET because = 'nothing'"):
        with pytest.raises(DBAPIError), scene.store.transaction() as tx:
            tx.sql.run(statement)
