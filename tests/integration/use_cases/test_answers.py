"""What an answer must be to count; one that does not is in the log, with the reason."""

from datetime import timedelta

import pytest

from slipway.domain.errors import RefusedError
from slipway.domain.grant import Step
from slipway.domain.release import ChangeKind, Origin
from slipway.use_cases.ask_approval import Asked
from slipway.use_cases.take_turn import TurnAnswer
from tests.builders import PREPROD, PROD
from tests.scene import Scene


@pytest.mark.parametrize(
    ("who", "why"),
    [
        ("pat", "none of those who may"),
        ("rob", "none of those who may"),
        ("selma", "none of those who may"),
        ("lena", "none of those who may"),
        ("stranger", "nobody in the list of people"),
        (None, "nobody in the list of people"),
    ],
)
def test_an_approver_without_the_role_does_not_count(scene: Scene, who: str | None, why: str) -> None:
    attempt = scene.dev_passed()
    scene.ask(attempt, Step.APPROVE)
    result = scene.answer(attempt, Step.APPROVE, who)
    assert result.kind == "does_not_count"
    assert why in result.detail
    assert why in scene.log("answer_refused")[0]
    assert scene.turn(attempt, PREPROD).outcome == "refused"


def test_a_requester_never_approves(scene: Scene) -> None:
    attempt = scene.dev_passed(by="sam")
    scene.ask(attempt, Step.APPROVE)
    assert "already a requester" in scene.answer(attempt, Step.APPROVE, "sam").detail
    assert scene.answer(attempt, Step.APPROVE, "sue").kind == "granted"


def test_who_retried_is_a_requester_of_the_release_for_good(scene: Scene) -> None:
    scene.target.never_healthy = {"1.0"}
    first = scene.dev_passed("1.0")
    scene.close(first)
    second = scene.dev_passed("1.1", by="sam", release_id=first.release_id)
    scene.ask(second, Step.APPROVE)
    for requester in ("sam", "rita"):
        assert scene.answer(second, Step.APPROVE, requester).kind == "does_not_count"
    assert scene.release_of(second).requesters == {"rita", "sam"}


def test_one_person_does_not_sign_twice_for_prod(scene: Scene) -> None:
    attempt = scene.preprod_passed()
    scene.grant(attempt, Step.AUTHORISE, "sam")
    scene.ask(attempt, Step.SIGN_OFF)
    assert "already the authoriser" in scene.answer(attempt, Step.SIGN_OFF, "sam").detail
    assert scene.answer(attempt, Step.SIGN_OFF, "selma").kind == "granted"
    assert scene.turn(attempt, PROD).answer is TurnAnswer.TAKEN


def test_who_approved_preprod_may_authorise_prod(scene: Scene) -> None:
    attempt = scene.preprod_passed()
    scene.grant(attempt, Step.AUTHORISE, "sam")


def test_authorising_says_who_looked_at_what(scene: Scene) -> None:
    attempt = scene.preprod_passed()
    scene.ask(attempt, Step.AUTHORISE)
    result = scene.answer(attempt, Step.AUTHORISE, "sam", looked_at=" ")
    assert "who looked at the new functionality" in result.detail
    assert scene.answer(attempt, Step.AUTHORISE, "sam", "Reject", looked_at="").kind == "rejected"


def test_who_is_asked_next_is_shown_who_looked_at_what(scene: Scene) -> None:
    attempt = scene.preprod_passed()
    scene.ask(attempt, Step.AUTHORISE)
    scene.answer(attempt, Step.AUTHORISE, "sam", looked_by="rob", looked_at="the order list")
    asked = scene.ask(attempt, Step.SIGN_OFF)
    assert isinstance(asked, Asked)
    (line,) = (line for line in asked.request.evidence.splitlines() if line.startswith("- authorise:"))
    assert line.startswith("- authorise: Approve by sam at ")
    assert line.endswith(" UTC, after `rob` looked at `the order list`")


def test_who_decides_is_shown_that_trouble_is_expected(scene: Scene) -> None:
    asked = scene.ask(scene.dev_passed(extra={"problematic": "true"}), Step.APPROVE)
    assert isinstance(asked, Asked)
    assert "- **Potentially problematic**, says rita" in asked.request.evidence.splitlines()


def test_only_the_platform_withdraws(scene: Scene) -> None:
    attempt = scene.dev_passed()
    scene.ask(attempt, Step.APPROVE)
    assert scene.answer(attempt, Step.APPROVE, "sam", "Withdrawn").kind == "does_not_count"
    assert scene.answer(attempt, Step.APPROVE, "sam", "Whatever").kind == "does_not_count"
    assert scene.answer(attempt, Step.APPROVE, "sam").kind == "granted"


def test_the_platform_does_not_approve(scene: Scene) -> None:
    attempt = scene.dev_passed()
    scene.ask(attempt, Step.APPROVE)
    assert scene.answer(attempt, Step.APPROVE, "platform").kind == "does_not_count"


def test_a_question_that_was_never_put_has_no_answer(scene: Scene) -> None:
    attempt = scene.dev_passed()
    assert "never put by the platform" in scene.answer(attempt, Step.APPROVE, "sam").detail


def test_an_answer_after_the_deadline_does_not_count(scene: Scene) -> None:
    attempt = scene.dev_passed()
    scene.ask(attempt, Step.APPROVE)
    with scene.store.transaction() as tx:
        late = tx.now + timedelta(hours=2)
    assert "had expired" in scene.answer(attempt, Step.APPROVE, "sam", at=late).detail


def test_an_answer_to_a_stage_that_ended_does_not_count(scene: Scene) -> None:
    attempt = scene.dev_passed("1.0")
    scene.ask(attempt, Step.APPROVE)
    scene.opened("1.1", by="rob")
    detail = scene.answer(attempt, Step.APPROVE, "sam").detail
    assert "the stage has ended: superseded, replaced by r" in detail


def test_a_refused_answer_that_is_read_again_is_in_the_log_once(scene: Scene) -> None:
    attempt = scene.dev_passed()
    scene.ask(attempt, Step.APPROVE)
    with scene.store.transaction() as tx:
        at = tx.now
    kinds = [scene.answer(attempt, Step.APPROVE, "rob", at=at).kind for _ in range(2)]
    assert kinds == ["does_not_count"] * 2
    assert len(scene.log("answer_refused")) == 1
    for other in ({"by": "pat", "at": at}, {"by": "rob", "at": at + timedelta(seconds=1)}):
        scene.answer(attempt, Step.APPROVE, **other)
    assert len(scene.log("answer_refused")) == 3


def test_an_answer_after_another_that_is_read_again_is_in_the_log_once(scene: Scene) -> None:
    attempt = scene.approved()
    with scene.store.transaction() as tx:
        at = tx.now
    for _ in range(2):
        scene.answer(attempt, Step.APPROVE, "sue", "Reject", at=at)
    assert len(scene.log("answer_refused")) == 1


def test_an_answer_delivered_twice_gives_one_grant(scene: Scene) -> None:
    attempt = scene.approved()
    assert scene.answer(attempt, Step.APPROVE, "sam").kind == "granted"
    assert len(scene.log("grant_given")) == 1
    assert not scene.log("answer_refused")


def test_a_second_opinion_does_not_replace_the_first_and_is_in_the_log(scene: Scene) -> None:
    attempt = scene.approved()
    assert scene.answer(attempt, Step.APPROVE, "sue", "Reject").kind == "granted"
    assert "was answered before, by sam" in scene.log("answer_refused")[0]


def test_asked_again_a_question_keeps_its_deadline(scene: Scene) -> None:
    attempt = scene.dev_passed()
    first, second = scene.ask(attempt, Step.APPROVE), scene.ask(attempt, Step.APPROVE)
    assert isinstance(first, Asked)
    assert isinstance(second, Asked)
    assert (first.again, second.again) == (False, True)
    assert first.request.expires_at == second.request.expires_at


def test_the_question_names_those_who_may_answer_and_no_requester(scene: Scene) -> None:
    attempt = scene.dev_passed(by="sam")
    asked = scene.ask(attempt, Step.APPROVE)
    assert isinstance(asked, Asked)
    assert set(asked.assignees) == {"sue", "mona"}


@pytest.mark.parametrize(("who", "kind"), [("pat", "standard"), ("selma", "standard"), ("rita", "emergency")])
def test_who_may_not_ask_is_refused_and_it_is_in_the_log(scene: Scene, who: str, kind: str) -> None:
    with pytest.raises(RefusedError):
        scene.opened(by=who, kind=ChangeKind(kind))
    assert len(scene.log("release_refused")) == 1
    assert not scene.log("release_requested")


@pytest.mark.parametrize("missing", ["summary", "rollback_plan"])
def test_a_release_needs_its_texts(scene: Scene, missing: str) -> None:
    with pytest.raises(RefusedError):
        scene.opened(**{missing: " "})
    assert "text_missing" in scene.log("release_refused")[0]


def test_a_machine_asks_for_dev_only_and_retries_nothing(scene: Scene) -> None:
    scene.target.never_healthy = {"1.0"}
    failed = scene.dev_passed("1.0")
    scene.close(failed)
    with pytest.raises(RefusedError, match="Dev"):
        scene.opened(by="pipeline", origin=Origin.PIPELINE)
    with pytest.raises(RefusedError, match="only a person"):
        scene.opened(by="pipeline", origin=Origin.PIPELINE, release_id=failed.release_id)
    assert len(scene.log("release_refused")) == 2


def test_the_platform_goes_on_with_the_same_artefact_only(scene: Scene) -> None:
    scene.target.never_healthy = {"1.0"}
    failed = scene.dev_passed("1.0")
    scene.close(failed)
    with pytest.raises(RefusedError, match="same artefact only"):
        scene.opened("1.1", by="platform", origin=Origin.PLATFORM, release_id=failed.release_id)


def test_a_release_at_work_is_not_resumed(scene: Scene) -> None:
    attempt = scene.dev_passed()
    with pytest.raises(RefusedError, match="awaits a retry"):
        scene.opened(release_id=attempt.release_id)


@pytest.mark.parametrize(
    ("comment", "told"),
    [("", "no reason given"), (" - ", "no reason given"), ("the list is empty", "the list is empty")],
)
def test_a_no_on_live_counts_without_a_reason_and_the_channel_is_told_what_was_given(
    scene: Scene, comment: str, told: str
) -> None:
    scene.long_live("0.9")
    attempt = scene.signed_off("1.0")
    scene.work(attempt, PROD)
    scene.ask(attempt, Step.CONFIRM)
    assert scene.answer(attempt, Step.CONFIRM, "rob", "Reject", comment=comment).kind == "rejected"
    with scene.store.transaction() as tx:
        texts = {one.key: one.text for _, one in tx.outbox.unsent(1000)}
    assert texts[f"{attempt.id}:confirm:answered"].endswith(f"confirm: rejected by Rob: {told}")
    assert scene.finish(attempt, PROD).outcome == "undone"
    assert scene.runs(PROD) == "0.9"
