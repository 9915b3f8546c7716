"""What somebody tries who wants a release to go live without the proof or the people it needs."""

import json
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

import pytest

from slipway.adapters.database.log_reader import read_log
from slipway.domain.errors import RefusedError, SlipwayError
from slipway.domain.grant import Step
from slipway.domain.log_entry import verify_chain
from slipway.domain.people import People, TeamRole
from slipway.domain.release import Attempt, Origin
from slipway.domain.service import SmokeCheck, SmokeSuite, TargetSettings
from slipway.domain.text_limits import longest
from slipway.ports.values import Actor
from slipway.use_cases.ask_approval import Asked
from slipway.use_cases.attempt_request import AttemptRequest
from slipway.use_cases.open_activity import NotPermittedError
from slipway.use_cases.open_attempt import log_refusal, open_attempt
from slipway.use_cases.take_turn import TurnAnswer, may_go_on
from tests.builders import DEV, PREPROD, PROD, a_person, a_service, people, platform_rules
from tests.outside import SERVICES, a_change, recorded
from tests.scene import AGAIN, Scene

MEGABYTE = "x" * 1_000_000
RITA = Actor(id="rita", via="airflow")
HOSTILE = {
    "a shell": "1.0; touch /tmp/taken $(id) `id` && exit | cat > /dev/null",
    "a path": "../../../../etc/passwd",
    "a template": "{{ var.value.secret }} {% for x in y %} ${jndi:ldap://x} %(secret)s {0.__class__}",
    "SQL": "1.0'); DROP TABLE log; --",
    "markup": "<script>alert(1)</script> <!channel> *bold* [x](javascript:alert(1))",
}
READ_AS_A_NAME = ("version", "release_id", "fixes", "needs")
KEPT_AS_TEXT = ("summary", "rollback_plan", "ticket")


def refusals(scene: Scene, kind: str) -> list[Any]:
    return [json.loads(payload) for payload in scene.log(kind)]


def with_people(scene: Scene, **changed: TeamRole) -> None:
    """Puts these into effect as they are now, in team ordering."""
    everybody = people().by_id | {name: a_person(name, ordering=role) for name, role in changed.items()}
    scene.activate(platform_rules(), People(by_id=everybody))


def does_not_count(scene: Scene, attempt: Attempt, step: Step, who: str, because: str) -> None:
    before = len(scene.log("answer_refused"))
    result = scene.answer(attempt, step, who)
    assert (result.kind, because in result.detail) == ("does_not_count", True), result.detail
    assert len(scene.log("answer_refused")) == before + 1


def asked_for(scene: Scene, form: Mapping[str, Any]) -> Attempt:
    """Rita sends a form as it is."""
    texts = {"summary": "takes more orders", "rollback_plan": "back to the version before"}
    where = {"service": "orders", "dag_id": "release__orders", "run_id": "by-hand"}
    request: dict[str, Any] = {**where, **texts, **form}
    return open_attempt(scene.world, AttemptRequest(origin=Origin.PERSON, actor=RITA, **request))


def nothing_reached(scene: Scene, *places: Any) -> None:
    assert [scene.runs(place) for place in places] == [None] * len(places)


def test_who_asked_does_not_approve_after_a_colleague_retried(scene: Scene) -> None:
    scene.target.never_healthy = {"1.0"}
    first = scene.dev_passed("1.0", by="sam")
    scene.close(first)
    again = scene.dev_passed("1.1", by="rob", release_id=first.release_id)
    asked = scene.ask(again, Step.APPROVE)
    assert isinstance(asked, Asked)
    assert "sam" not in asked.assignees
    does_not_count(scene, again, Step.APPROVE, "sam", "already a requester")
    assert scene.turn(again, PREPROD).outcome == "refused"


def test_roles_in_two_teams_do_not_make_two_people_of_one(scene: Scene) -> None:
    both = a_person("dora", ordering=TeamRole.SENIOR, forms=TeamRole.MANAGER)
    both = replace(both, second_line=True)
    scene.activate(platform_rules(), People(by_id=people().by_id | {"dora": both}))
    attempt = scene.preprod_passed()
    scene.grant(attempt, Step.AUTHORISE, "dora")
    scene.ask(attempt, Step.SIGN_OFF)
    does_not_count(scene, attempt, Step.SIGN_OFF, "dora", "already the authoriser")
    assert scene.turn(attempt, PROD).outcome == "refused"


def test_who_lost_the_role_since_the_question_was_put_does_not_approve(scene: Scene) -> None:
    attempt = scene.dev_passed()
    asked = scene.ask(attempt, Step.APPROVE)
    assert isinstance(asked, Asked)
    assert "sam" in asked.assignees
    with_people(scene, sam=TeamRole.RELEASER)
    does_not_count(scene, attempt, Step.APPROVE, "sam", "none of those who may")


def test_who_lost_the_role_after_approving_voids_the_approval(scene: Scene) -> None:
    attempt = scene.approved()
    with_people(scene, sam=TeamRole.RELEASER)
    result = scene.turn(attempt, PREPROD)
    assert (result.outcome, [blocker.code for blocker in result.blockers]) == ("renewed", ["grant_void"])
    nothing_reached(scene, PREPROD)


def test_a_role_lost_between_turn_and_permit_still_stops_it(scene: Scene) -> None:
    attempt = scene.approved()
    scene.turn(attempt, PREPROD)
    with_people(scene, sam=TeamRole.RELEASER)
    with pytest.raises(NotPermittedError, match="grant_void"):
        scene.deploy(attempt, PREPROD)
    assert "grant_void" in scene.log("permit_refused")[0]
    nothing_reached(scene, PREPROD)


def test_an_approval_of_another_version_of_the_same_release_is_none(scene: Scene) -> None:
    first = scene.approved("1.0")
    scene.artefacts.tamper(scene.artefacts.resolve("orders", "1.0"))
    scene.stage(first, PREPROD)
    scene.close(first)
    other = scene.dev_passed("1.1", release_id=first.release_id)
    assert scene.turn(other, PREPROD).outcome == "refused"
    with pytest.raises(NotPermittedError, match="grant_missing"):
        scene.deploy(other, PREPROD)
    nothing_reached(scene, PREPROD)


def test_prod_does_not_start_where_preprod_was_skipped(scene: Scene) -> None:
    """As if every task of Preprod, and both signatures for Prod, had been marked as a success."""
    attempt = scene.approved()
    result = scene.turn(attempt, PROD)
    assert result.outcome == "refused"
    assert "not_proven" in {blocker.code for blocker in result.blockers}
    with pytest.raises(NotPermittedError, match="not_proven"):
        scene.deploy(attempt, PROD)
    nothing_reached(scene, PREPROD, PROD)


def test_even_two_signatures_do_not_stand_in_for_preprod(scene: Scene) -> None:
    attempt = scene.approved()
    scene.grant(attempt, Step.AUTHORISE, "sam")
    scene.grant(attempt, Step.SIGN_OFF, "sue")
    assert scene.turn(attempt, PROD).outcome == "refused"
    with pytest.raises(NotPermittedError, match="not_proven"):
        scene.deploy(attempt, PROD)
    nothing_reached(scene, PREPROD, PROD)


def test_an_old_approved_release_that_is_run_again_deploys_nothing(scene: Scene) -> None:
    old = scene.live("1.0")
    scene.live("2.0", by="rob")
    orders = len(scene.target.orders)
    again = scene.opened("1.0", run_id=old.run_id)
    assert again.id == old.id
    for role in (DEV, PREPROD, PROD):
        assert scene.turn(old, role).answer is TurnAnswer.ENDED
        scene.migrate(old, role, AGAIN)
        scene.deploy(old, role, AGAIN)
        with pytest.raises(SlipwayError, match="its verdict stands"):
            scene.smoke(old, role)
        assert scene.finish(old, role).outcome == "passed"
    assert scene.close(old).outcome == "live"
    assert len(scene.target.orders) == orders
    assert scene.runs(PROD) == "2.0"


@pytest.mark.parametrize("by", ["rita", "platform"])
def test_a_release_that_has_ended_is_not_gone_on_with(scene: Scene, by: str) -> None:
    old = scene.live("1.0")
    origin = Origin.PLATFORM if by == "platform" else Origin.PERSON
    with pytest.raises(RefusedError, match="awaits a retry"):
        scene.opened("1.0", by=by, origin=origin, release_id=old.release_id)
    assert [refused["code"] for refused in refusals(scene, "release_refused")] == ["not_awaiting_retry"]


def test_what_is_edited_in_a_run_after_it_was_opened_changes_nothing(scene: Scene) -> None:
    attempt = scene.approved("1.0")
    scene.artefacts.publish("orders", "6.6", {"app.py": "something else"})
    edited = scene.opened("6.6", run_id=attempt.run_id, summary="something else", by="rob", to=PREPROD)
    assert edited == scene.opened("1.0", run_id=attempt.run_id)
    assert scene.release_of(attempt).summary == "takes more orders"
    assert scene.release_of(attempt).requesters == {"rita"}
    scene.stage(attempt, PREPROD)
    assert scene.runs(PREPROD) == "1.0"


def test_another_target_in_the_services_file_is_not_what_was_approved(scene: Scene) -> None:
    attempt = scene.approved()
    service = a_service()
    elsewhere = replace(service.stages[PREPROD], target=TargetSettings(kind="elsewhere"))
    scene.definitions.services["orders"] = replace(service, stages={**service.stages, PREPROD: elsewhere})
    assert scene.stage(attempt, PREPROD).outcome == "passed"
    assert scene.runs(PREPROD) == "1.0"


def test_a_token_is_not_sent_to_a_host_that_only_the_services_file_names(scene: Scene) -> None:
    service = a_service()
    check = SmokeCheck(name="answers", path="/", bearer="orders_smoke")
    elsewhere = SmokeSuite(url="https://collector.example.net/orders", checks=(check,))
    stages = {role: replace(stage, smoke=elsewhere) for role, stage in service.stages.items()}
    scene.definitions.services["orders"] = replace(service, stages=stages)
    attempt = scene.opened()
    result = scene.turn(attempt, DEV)
    assert (result.answer, [one.code for one in result.blockers]) == (TurnAnswer.WAIT, ["smoke_host_not_allowed"])
    assert "collector.example.net" in result.blockers[0].message
    assert not may_go_on(scene.world, attempt.id, DEV)
    nothing_reached(scene, DEV)
    assert scene.probe.runs == []


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE)
@pytest.mark.parametrize("field", READ_AS_A_NAME)
def test_a_hostile_name_is_refused_and_told_as_it_was_written(scene: Scene, field: str, text: str) -> None:
    scene.artefacts.publish("orders", "1.0", {"app.py": "orders"})
    request = {"version": "1.0", field: text}
    with pytest.raises(SlipwayError):
        asked_for(scene, request)
    (refused,) = refusals(scene, "release_refused")
    assert refused["version"] == request["version"]
    assert scene.log("release_requested") == []
    assert scene.target.orders == []


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE)
def test_hostile_texts_are_kept_as_they_are_and_reach_no_target(scene: Scene, text: str) -> None:
    extra = {"for_team": text, "attended_by": text}
    attempt = scene.preprod_passed(**dict.fromkeys(KEPT_AS_TEXT, text), extra=extra, run_id=text)
    with scene.store.transaction() as tx:
        release = tx.sql.one("SELECT * FROM release WHERE id = :id", id=attempt.release_id)
        entries = list(read_log(tx.sql))
    assert [release[field] for field in KEPT_AS_TEXT] == [text] * 3
    assert release["extra"] == extra
    assert verify_chain(entries).broken is None
    assert {text in str(order) for order in scene.target.orders} == {False}
    assert {text in str(run) for run in scene.probe.runs} == {False}


@pytest.mark.parametrize("field", [*READ_AS_A_NAME, *KEPT_AS_TEXT, "attended_by"])
def test_a_megabyte_is_refused_and_does_not_fill_the_log(scene: Scene, field: str) -> None:
    scene.artefacts.publish("orders", "1.0", {"app.py": "orders"})
    long = {"extra": {field: MEGABYTE}} if field == "attended_by" else {field: MEGABYTE}
    with pytest.raises(RefusedError, match=f"at most {longest(field)} are read"):
        asked_for(scene, {"version": "1.0", **long})
    (payload,) = scene.log("release_refused")
    assert json.loads(payload)["code"] == "text_too_long"
    assert len(payload) < 1_000


@pytest.mark.parametrize("field", ["what", "where", "tested", "untested_because", "by_hand_because", "built"])
def test_a_megabyte_about_a_change_is_refused_and_does_not_fill_the_log(
    make_scene: Callable[..., Scene], field: str
) -> None:
    scene = make_scene(*SERVICES)
    with pytest.raises(RefusedError, match=f"at most {longest(field)} are read"):
        recorded(scene, a_change(**{field: MEGABYTE}), summary="short")
    assert len(scene.log("release_refused")[0]) < 1_000
    assert scene.log("release_requested") == []


def test_a_service_called_a_megabyte_is_refused_and_does_not_fill_the_log(scene: Scene) -> None:
    with pytest.raises(RefusedError, match="service has 1000000 characters"):
        asked_for(scene, {"version": "1.0", "service": MEGABYTE})
    with scene.store.transaction() as tx:
        (entry,) = (entry for entry in read_log(tx.sql) if entry.kind == "release_refused")
    assert len(str(entry)) < 2_000


def test_a_refusal_is_an_entry_of_no_release_but_one_of_that_service(make_scene: Callable[..., Scene]) -> None:
    scene = make_scene(a_service(), *SERVICES)
    own = scene.opened("1.0").release_id
    foreign = recorded(scene).release_id
    for named in (own, foreign, "r999"):
        with pytest.raises(SlipwayError):
            asked_for(scene, {"version": "1.0", "release_id": named})
    with scene.store.transaction() as tx:
        entries = [entry for entry in read_log(tx.sql) if entry.kind == "release_refused"]
    assert [entry.release_id for entry in entries] == [own, None, None]
    assert [json.loads(entry.payload).get("release_id") for entry in entries] == [None, foreign, "r999"]


def test_a_refusal_says_no_more_than_fits_into_an_entry(scene: Scene) -> None:
    request = AttemptRequest(
        service=MEGABYTE, dag_id="record_change", run_id="1", origin=Origin.PERSON, actor=RITA, version=None
    )
    log_refusal(scene.world, request, RefusedError("no_time", MEGABYTE))
    with scene.store.transaction() as tx:
        (entry,) = (entry for entry in read_log(tx.sql) if entry.kind == "release_refused")
    assert len(str(entry)) < 3_000


@pytest.mark.parametrize("field", ["comment", "looked_by", "looked_at"])
def test_an_answer_of_a_megabyte_does_not_count(scene: Scene, field: str) -> None:
    attempt = scene.preprod_passed()
    scene.ask(attempt, Step.AUTHORISE)
    result = scene.answer(attempt, Step.AUTHORISE, "sam", **{field: MEGABYTE})
    assert (result.kind, "say it shorter" in result.detail) == ("does_not_count", True)
    assert len(scene.log("answer_refused")[0]) < 1_000
    assert scene.answer(attempt, Step.AUTHORISE, "sam").kind == "granted"


def test_a_machine_that_announces_an_artefact_gets_no_further_than_dev(scene: Scene) -> None:
    attempt = scene.opened("6.6", by="pipeline", origin=Origin.PIPELINE, to=DEV)
    scene.stage(attempt, DEV)
    assert [scene.deploy(attempt, role) for role in (PREPROD, PROD)] == ["asked for up to dev only"] * 2
    assert scene.close(attempt).outcome == "proven"
    nothing_reached(scene, PREPROD, PROD)
