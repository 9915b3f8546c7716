"""Security releases: the texts are for the disclosure group until published; everybody else sees a reference."""

import json
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy.exc import DBAPIError

from slipway.adapters.database.overview import Overview
from slipway.airflow_edge.release_kinds import ReleaseKinds
from slipway.domain.change import ChangeSort, OutsideChange
from slipway.domain.disclosure import Disclosure, fingerprint
from slipway.domain.errors import NotFoundError, RefusedError
from slipway.domain.grant import Step
from slipway.domain.platform import Action
from slipway.domain.release import Attempt, ChangeKind, Origin
from slipway.ports.values import Actor
from slipway.use_cases.ask_approval import Asked
from slipway.use_cases.ask_second import ask_second
from slipway.use_cases.book_support import SupportRequest, book_support
from slipway.use_cases.change_stages import CHANGE_DAG
from slipway.use_cases.close_review import close_review
from slipway.use_cases.file_disclosure import file_disclosure
from slipway.use_cases.lift_hold import PlacedHold, lift_hold
from slipway.use_cases.place_hold import HoldRequest, HoldScope, place_hold
from slipway.use_cases.publish_disclosure import publish_disclosure
from slipway.use_cases.read_disclosure import read_disclosure
from slipway.use_cases.stop import stop
from tests.builders import DEV, PREPROD, a_service
from tests.scene import Scene, a_world

SECRET = "anybody may read the orders of anybody"
PLAN = "shut the order page; takeaway-plan"
SECURITY = ChangeKind.SECURITY


def actor(person: str) -> Actor:
    return Actor(id=person, via="rest")


def filed(scene: Scene, by: str = "sam", service: str = "orders") -> str:
    return file_disclosure(scene.world, service, SECRET, PLAN, actor(by)).reference


def asked_for(scene: Scene, reference: str, by: str = "sam", **more: Any) -> Attempt:
    return scene.opened(by=by, kind=SECURITY, summary=reference, rollback_plan=reference, **more)


def read(scene: Scene, by: str, reference: str) -> Disclosure:
    return read_disclosure(scene.world, reference, actor(by))


def publish(scene: Scene, by: str, reference: str, reason: str = "everybody has updated") -> None:
    publish_disclosure(scene.world, reference, actor(by), reason)


def tables_that_tell(scene: Scene, *words: str) -> set[str]:
    """Every table of the release database that holds one of these words anywhere."""
    with scene.store.transaction() as tx:
        tables = [
            row["table_name"]
            for row in tx.sql.all("SELECT table_name FROM information_schema.tables WHERE table_schema = 'public'")
        ]
        return {
            table
            for table in tables
            for word in words
            if tx.sql.value(f'SELECT count(*) FROM "{table}" t WHERE t::text LIKE :like', like=f"%{word}%")  # noqa: S608 - our tables
        }


def test_the_texts_are_nowhere_but_where_they_were_filed(scene: Scene) -> None:
    scene.long_live("0.9")
    reference = filed(scene, by="mona")
    attempt = asked_for(scene, reference, by="mona")
    scene.stage(attempt, DEV)
    scene.grant(attempt, Step.APPROVE, "sam")
    scene.stage(attempt, PREPROD)
    scene.grant(attempt, Step.AUTHORISE, "sam")
    scene.ask(attempt, Step.SIGN_OFF)
    with pytest.raises(RefusedError):
        read(scene, "rita", reference)
    read(scene, "dora", reference)

    assert tables_that_tell(scene, SECRET, "takeaway-plan") == {"disclosure"}
    assert tables_that_tell(scene, reference) >= {"log", "release", "outbox", "approval_request", "disclosure"}


def test_the_question_leads_approvers_to_the_texts_and_says_who_reads_them(scene: Scene) -> None:
    reference = filed(scene)
    question = scene.ask(asked_for(scene, reference), Step.APPROVE)
    assert isinstance(question, Asked)
    lines = question.request.evidence.splitlines()
    assert f"- What changes: `{reference}`" in lines
    (where,) = [line for line in lines if line.startswith("- The texts:")]
    assert f"](/slipway/api/disclosures/{reference})" in where
    assert "for the disclosure group only" in where


def test_the_group_reads_them_and_each_look_is_in_the_log(scene: Scene) -> None:
    reference = filed(scene)
    attempt = asked_for(scene, reference)
    for _ in range(2):
        found = read(scene, "dora", reference)
        assert (found.summary, found.rollback_plan, found.release_id) == (SECRET, PLAN, attempt.release_id)
    assert len(scene.log("disclosure_read")) == 2


@pytest.mark.parametrize("by", ["sam", "mona", "lena", "rita", "stranger"])
def test_nobody_else_reads_or_publishes_them_and_that_is_in_the_log(scene: Scene, by: str) -> None:
    reference = filed(scene)
    with pytest.raises(RefusedError, match="has not been published"):
        read(scene, by, reference)
    with pytest.raises(RefusedError):
        publish(scene, by, reference)
    assert (len(scene.log("disclosure_read_refused")), len(scene.log("disclosure_publish_refused"))) == (1, 1)


def test_once_published_everybody_reads_them_and_the_log_has_them_with_what_proves_them(scene: Scene) -> None:
    reference = filed(scene)
    with pytest.raises(RefusedError, match="a reason is needed"):
        publish(scene, "dora", reference, " ")
    publish(scene, "dora", reference)

    assert read(scene, "rita", reference).summary == SECRET
    told, before = (json.loads(scene.log(kind)[0]) for kind in ("disclosure_published", "disclosure_filed"))
    assert (told["summary"], told["reason"]) == (SECRET, "everybody has updated")
    assert fingerprint(told["salt"], told["summary"], told["rollback_plan"]) == before["fingerprint"]
    with pytest.raises(RefusedError, match="published by dora before"):
        publish(scene, "dora", reference)


def test_the_same_texts_have_another_fingerprint_each_time(scene: Scene) -> None:
    for _ in range(2):
        filed(scene)
    assert len({json.loads(entry)["fingerprint"] for entry in scene.log("disclosure_filed")}) == 2


@pytest.mark.parametrize("by", ["rita", "selma", "stranger"])
def test_who_may_not_declare_one_files_none_and_the_refusal_keeps_no_text(scene: Scene, by: str) -> None:
    with pytest.raises(RefusedError):
        filed(scene, by)
    assert len(scene.log("disclosure_refused")) == 1
    assert tables_that_tell(scene, SECRET, "takeaway-plan") == set()


def test_texts_are_needed_and_so_is_a_service(scene: Scene) -> None:
    with pytest.raises(RefusedError, match="summary and rollback plan are needed"):
        file_disclosure(scene.world, "orders", SECRET, " ", actor("sam"))
    with pytest.raises(NotFoundError, match="no service ordres"):
        filed(scene, service="ordres")
    with pytest.raises(NotFoundError, match="SEC-"):
        read(scene, "dora", "SEC-99999")


@pytest.mark.parametrize(
    "told",
    [
        {"summary": SECRET},
        {"rollback_plan": SECRET},
        {"ticket": SECRET},
        {"fixes": SECRET},
        {"needs": SECRET},
        {"attended_by": SECRET},
        {"summary": "SEC-1 " + SECRET},
        {"rollback_plan": "SEC-99999"},
    ],
    ids="-".join,
)
def test_free_text_is_refused_whatever_the_field_and_not_repeated(scene: Scene, told: dict[str, Any]) -> None:
    reference = filed(scene)
    request = {"by": "sam", "kind": SECURITY, "summary": reference, "rollback_plan": reference}
    with pytest.raises(RefusedError, match="no more than a reference") as refused:
        scene.opened(**{**request, **told})
    assert refused.value.code == "free_text"
    assert tables_that_tell(scene, SECRET) == {"disclosure"}
    assert json.loads(scene.log("release_refused")[0])["code"] == "free_text"


def test_structured_fields_may_be_filled_in(scene: Scene) -> None:
    reference = filed(scene)
    assert asked_for(scene, reference, ticket="OFQ-77", attended_by="rob").release_id


def test_a_further_attempt_says_no_more_than_the_first(scene: Scene) -> None:
    reference = filed(scene)
    first = asked_for(scene, reference)
    scene.close(first)
    with scene.store.transaction() as tx:
        tx.sql.run("UPDATE release SET state = 'awaiting_retry'")
    with pytest.raises(RefusedError, match="no more than a reference"):
        scene.opened(by="sam", kind=ChangeKind.STANDARD, release_id=first.release_id, summary=SECRET)
    renewed = asked_for(scene, reference, by="platform", origin=Origin.PLATFORM, release_id=first.release_id)
    assert renewed.number == 2


def test_texts_belong_to_one_release_of_their_service_by_who_filed_them(engine: Any, tmp_path: Any) -> None:
    scene = a_world(engine, tmp_path, a_service("orders"), a_service("invoices"))
    mine, used = filed(scene), filed(scene)
    asked_for(scene, used)
    answers = set()
    for reference, by, service in (
        (mine, "sue", "orders"),
        (mine, "sam", "invoices"),
        (used, "sam", "orders"),
        ("SEC-99999", "sam", "orders"),
    ):
        with pytest.raises(RefusedError, match=f"^{reference} is not a reference you can use for {service}: ") as no:
            asked_for(scene, reference, by=by, service=service)
        answers.add((no.value.code, str(no.value).replace(reference, "SEC-…").replace(service, "…")))
    assert len(answers) == 1, "an outsider learns nothing of whose or what it is, nor whether there is one"
    assert asked_for(scene, mine).release_id


def test_filed_texts_cannot_be_rewritten_moved_or_removed(scene: Scene) -> None:
    reference = filed(scene)
    asked_for(scene, reference)
    for statement in (
        "UPDATE disclosure SET summary = 'harmless'",
        "UPDATE disclosure SET release_id = NULL",
        "DELETE FROM disclosure",
    ):
        with pytest.raises(DBAPIError) as refused, scene.store.transaction() as tx:
            tx.sql.run(statement)
        assert SECRET not in str(refused.value)


def test_a_change_by_hand_that_must_not_be_known_is_refused_as_such(scene: Scene) -> None:
    reference = filed(scene)
    change = OutsideChange(sort=ChangeSort.CONFIGURATION, what=reference, where="live")
    with pytest.raises(RefusedError, match="a change by hand that must not be known yet is not supported"):
        asked_for(scene, reference, dag_id=CHANGE_DAG, change=change)


def test_the_kind_of_a_release_is_known_by_its_number_and_by_its_run(scene: Scene) -> None:
    kinds, attempt = ReleaseKinds(scene.store), asked_for(scene, filed(scene))
    assert kinds.of_release(attempt.release_id) is SECURITY
    assert kinds.of_run(attempt.dag_id, attempt.run_id) is SECURITY
    assert (kinds.of_release("r999"), kinds.of_run(attempt.dag_id, "another")) == (None, None)


def test_an_answer_that_explains_does_not_count_and_is_not_repeated(scene: Scene) -> None:
    attempt = asked_for(scene, filed(scene, by="mona"), by="mona")
    scene.stage(attempt, DEV)
    scene.ask(attempt, Step.APPROVE)
    result = scene.answer(attempt, Step.APPROVE, "sam", comment=SECRET)
    assert result.kind == "does_not_count"
    assert "no more than a reference" in result.detail
    assert tables_that_tell(scene, SECRET) == {"disclosure"}
    assert scene.answer(attempt, Step.APPROVE, "sam", comment="SEC-7", looked_at="SEC-7").kind == "granted"


@pytest.mark.parametrize(("said", "kept"), [(SECRET, "see {}; what was said is not kept"), ("OFQ-7", "OFQ-7")])
def test_a_stop_is_never_refused_for_its_reason_which_is_kept_as_a_reference(
    scene: Scene, said: str, kept: str
) -> None:
    reference = filed(scene)
    attempt = asked_for(scene, reference)
    stop(scene.world, attempt.release_id, actor("sam"), said)
    (entry,) = scene.log("stop_requested")
    assert json.loads(entry)["reason"].startswith(kept.format(reference))
    assert tables_that_tell(scene, SECRET) == {"disclosure"}


JOINED = SECRET.replace(" ", "-")


def told(scene: Scene) -> set[str]:
    return tables_that_tell(scene, SECRET, JOINED)


@pytest.mark.parametrize("said", [SECRET, JOINED])
def test_what_is_said_of_a_hold_on_or_for_a_security_release_is_kept_as_a_reference(scene: Scene, said: str) -> None:
    reference = filed(scene)
    attempt = asked_for(scene, reference)
    on_service: dict[str, Any] = {"scope": HoldScope.SERVICE, "name": "orders", "during": None}
    for_release: dict[str, Any] = {"scope": HoldScope.ALL, "name": None, "during": attempt.release_id}
    for number, where in enumerate((on_service, for_release), 1):
        place_hold(scene.world, HoldRequest(reason=said, **where), actor("lena"))
        with pytest.raises(RefusedError):
            place_hold(scene.world, HoldRequest(reason=said, **where), actor("stranger"))
        of_service = "orders" if where["name"] else None
        hold = PlacedHold(
            id=number, placed_by="lena", environment=None, service=of_service, team=None, during=where["during"]
        )
        with pytest.raises(RefusedError):
            lift_hold(scene.world, hold, actor("stranger"), said)
    with scene.store.transaction() as tx:
        holds = Overview(tx.sql).holds()
    for one in holds:
        assert one["reason"].startswith(f"see {reference}; what was said is not kept")
        hold = PlacedHold(
            id=one["id"],
            placed_by="lena",
            environment=None,
            service=one["name"],
            team="ordering",
            during=one["during"],
        )
        lift_hold(scene.world, hold, actor("lena"), said)
    assert len(scene.log("hold_lifted")) == 2
    assert told(scene) == {"disclosure"}


def test_a_hold_that_has_nothing_to_do_with_a_secret_says_why(scene: Scene) -> None:
    scene.opened()
    for request in (
        HoldRequest(scope=HoldScope.SERVICE, name="orders", reason="the partner is away"),
        HoldRequest(scope=HoldScope.ALL, name=None, reason="the partner is away"),
    ):
        place_hold(scene.world, request, actor("lena"))
    assert [json.loads(entry)["reason"] for entry in scene.log("hold_placed")] == ["the partner is away"] * 2


def test_what_is_said_when_its_review_is_closed_is_kept_as_a_reference(scene: Scene) -> None:
    asked_for(scene, filed(scene))
    with scene.store.transaction() as tx:
        (review,) = tx.reviews.all(open_only=True)
        tx.sql.run("UPDATE release SET state = 'ended', outcome = 'live'")
    with pytest.raises(RefusedError):
        close_review(scene.world, review.id, actor("sam"), SECRET)
    close_review(scene.world, review.id, actor("mona"), SECRET)
    assert told(scene) == {"disclosure"}


def test_what_two_people_say_of_its_lease_is_kept_as_a_reference(scene: Scene) -> None:
    attempt = asked_for(scene, filed(scene))
    scene.turn(attempt, DEV)
    parameters = {"attempt": attempt.id}
    pending = ask_second(scene.world, Action.BREAK_LEASE, parameters, SECRET, actor("lena"))
    with pytest.raises(RefusedError):
        ask_second(scene.world, Action.BREAK_LEASE, parameters, SECRET, actor("pat"))
    assert pending.reason.startswith("see SEC-")
    assert told(scene) == {"disclosure"}


def test_what_second_line_is_booked_for_is_kept_as_a_reference(scene: Scene) -> None:
    asked_for(scene, filed(scene))
    with scene.store.transaction() as tx:
        times = {"begins": tx.now, "ends": tx.now + timedelta(hours=1)}
    wanted = SupportRequest(service="orders", reason=SECRET, **times)
    with pytest.raises(RefusedError):
        book_support(scene.world, wanted, actor("pat"))
    book_support(scene.world, wanted, actor("rita"))
    for kind in ("support_booking_refused", "support_booked"):
        assert json.loads(scene.log(kind)[0])["reason"].startswith("see SEC-")
    assert told(scene) == {"disclosure"}


@pytest.mark.parametrize("field", ["ticket", "despite_bad", "fixes"])
def test_a_sentence_joined_by_hyphens_is_refused_in_the_form_too(scene: Scene, field: str) -> None:
    with pytest.raises(RefusedError, match="no more than a reference"):
        asked_for(scene, filed(scene), **{field: JOINED})
    assert told(scene) == {"disclosure"}


def test_a_stop_says_no_sentence_joined_by_hyphens(scene: Scene) -> None:
    attempt = asked_for(scene, filed(scene))
    stop(scene.world, attempt.release_id, actor("sam"), JOINED)
    assert told(scene) == {"disclosure"}


HOLE = "anybody-may-read-the-orders"


@pytest.mark.parametrize("told", [{"version": HOLE, "run_id": f"orders-{HOLE}"}, {"run_id": HOLE, "ticket": "a hole"}])
def test_the_log_of_a_refusal_repeats_nothing_of_what_is_secret(scene: Scene, told: dict[str, str]) -> None:
    reference = filed(scene)
    with pytest.raises(RefusedError) as refused:
        scene.opened(by="lena", kind=SECURITY, **{"summary": reference, "rollback_plan": reference, **told})
    assert refused.value.code == "free_text"
    (entry,) = scene.log("release_refused")
    assert "anybody" not in entry
    assert json.loads(entry).keys() == {"code", "message", "outcome"}


def test_nor_that_of_a_further_attempt_whatever_it_claims_to_be(scene: Scene) -> None:
    reference = filed(scene)
    attempt = asked_for(scene, reference)
    scene.close(attempt)
    again = {"release_id": attempt.release_id, "summary": reference, "rollback_plan": reference}
    with pytest.raises(RefusedError):
        scene.opened(HOLE, by="lena", run_id=HOLE, **again)
    assert "anybody" not in scene.log("release_refused")[0]


def test_who_asked_for_what_is_secret_finds_the_refusal_by_its_run(scene: Scene) -> None:
    run_id = "orders-1.0-20301122T101500-a1b2"
    with pytest.raises(RefusedError):
        scene.opened(by="lena", kind=SECURITY, run_id=run_id, summary="a hole", rollback_plan="none")
    entry = json.loads(scene.log("release_refused")[0])
    assert (entry["dag_id"], entry["run_id"]) == ("release__orders", run_id)
