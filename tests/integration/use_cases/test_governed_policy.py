"""Policy takes effect by two people; files alone change nothing but hold back what they touch (R26)."""

import json
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import text

from slipway.domain.errors import RefusedError, SlipwayError
from slipway.domain.governed import Governed, Ownership
from slipway.domain.grant import Step
from slipway.domain.people import People, TeamRole
from slipway.domain.platform import Action, Duty, Eligibility
from slipway.domain.release_window import BankHolidaysOf, ReleaseWindow
from slipway.ports.values import Actor
from slipway.use_cases.activate_policy import activate_policy
from slipway.use_cases.ask_approval import Asked
from slipway.use_cases.propose_policy import propose_policy
from slipway.use_cases.show_policy import show_policy
from slipway.use_cases.take_turn import TurnAnswer, may_go_on
from slipway.use_cases.watch_catalogue import watch_catalogue
from slipway.use_cases.world import PLATFORM
from tests.builders import ALL_DAY, AUTHORITY, DEV, PREPROD, a_person, a_service, people, platform_rules
from tests.scene import Scene

HOLIDAYS = platform_rules(window=ReleaseWindow(days=ALL_DAY, bank_holidays=BankHolidaysOf.SCOTLAND))


def with_people(scene: Scene, **teams: TeamRole) -> Governed:
    """As in effect, with nora in these teams."""
    everybody = {**people().by_id, "fiona": FIONA, "nora": a_person("nora", **teams)}
    return scene.governed(platform_rules(), People(by_id=everybody))


FIONA = a_person("fiona", forms=TeamRole.MANAGER)


@pytest.fixture
def scene(make_scene: Callable[..., Scene]) -> Scene:
    """Two managers: mona of ordering, fiona of forms. The catalogue on disk is what is in effect."""
    scene = make_scene(everybody=People(by_id={**people().by_id, "fiona": FIONA}))
    on_disk(scene, in_effect(scene))
    return scene


def in_effect(scene: Scene) -> Governed:
    with scene.store.transaction() as tx:
        return tx.policy().governed


def on_disk(scene: Scene, governed: Governed) -> str | None:
    return watch_catalogue(scene.world, governed, PLATFORM)


def propose(scene: Scene, governed: Governed, by: str) -> str:
    return propose_policy(scene.world, lambda: governed, Actor(id=by, via="rest")).digest


def activate(scene: Scene, digest: str, by: str, reason: str = "agreed on Monday") -> None:
    activate_policy(scene.world, digest, Actor(id=by, via="rest"), reason)


def codes(scene: Scene, kind: str) -> list[str]:
    return [json.loads(payload)["code"] for payload in scene.log(kind)]


def pages(scene: Scene) -> list[str]:
    with scene.store.transaction() as tx:
        return [row["text"] for row in tx.sql.all("SELECT text FROM outbox WHERE channel = 'page' ORDER BY id")]


def forget_the_policy(scene: Scene) -> None:
    with scene.store.engine.begin() as connection:
        connection.execute(text("SET LOCAL session_replication_role = replica"))
        connection.execute(text("DELETE FROM catalogue_seen; DELETE FROM policy"))


def test_the_very_first_policy_is_taken_as_it_is_and_the_log_says_so(scene: Scene) -> None:
    first = with_people(scene, ordering=TeamRole.SENIOR)
    forget_the_policy(scene)
    assert "the first one" in str(on_disk(scene, first))
    (entry,) = map(json.loads, scene.log("policy_activated"))
    assert (entry["bootstrap"], entry["digest"]) == (True, first.digest)
    assert entry["services"] == {"orders": "ordering"}
    with scene.store.transaction() as tx:
        activation = tx.policies.activation()
    assert activation is not None
    assert activation.activated_by == "platform"
    assert in_effect(scene) == first


def test_only_one_of_several_that_start_at_once_is_the_first(scene: Scene) -> None:
    policies = [with_people(scene, **{f"t{n}": TeamRole.SENIOR}) for n in range(4)]
    forget_the_policy(scene)
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda one: on_disk(scene, one), policies))
    assert len(scene.log("policy_activated")) == 1


def test_changed_files_alone_put_nothing_into_effect(scene: Scene) -> None:
    before = in_effect(scene)
    on_disk(scene, with_people(scene, ordering=TeamRole.MANAGER))
    assert in_effect(scene) == before
    assert scene.log("policy_activated") == []


def test_changed_files_are_told_once_with_what_they_hold_back(scene: Scene) -> None:
    changed = with_people(scene, ordering=TeamRole.SENIOR)
    for _ in range(3):
        on_disk(scene, changed)
    (entry,) = map(json.loads, scene.log("policy_differs"))
    assert entry["digest"] == changed.digest
    assert entry["differences"][0].startswith("people.nora: added")
    assert entry["holds_back"] == {"orders": ["preprod", "prod"]}
    (page,) = pages(scene)
    assert "Held back: orders" in page
    on_disk(scene, scene.governed(HOLIDAYS, changed.people))
    assert len(pages(scene)) == 2


def test_one_proposes_and_another_manager_activates(scene: Scene) -> None:
    changed = with_people(scene, ordering=TeamRole.SENIOR)
    digest = propose(scene, changed, "rita")
    activate(scene, digest, "mona")
    assert in_effect(scene) == changed
    (proposed,), (activated,) = scene.log("policy_proposed"), scene.log("policy_activated")
    assert json.loads(proposed)["digest"] == digest
    entry = json.loads(activated)
    assert (entry["bootstrap"], entry["proposed_by"], entry["reason"]) == (False, ["rita"], "agreed on Monday")
    assert entry["differences"] == json.loads(proposed)["differences"]


@pytest.mark.parametrize(
    ("proposer", "activator", "reason", "code"),
    [
        ("mona", "mona", "why", "may_not_activate"),
        ("rita", "sam", "why", "may_not_activate"),
        ("rita", "stranger", "why", "may_not_activate"),
        ("rita", "nora", "why", "may_not_activate"),
        ("rita", "mona", "  ", "reason_missing"),
    ],
    ids=["the proposer", "a senior", "nobody", "a manager by this very policy", "without a reason"],
)
def test_whoever_may_not_activate_is_refused_and_that_is_in_the_log(
    scene: Scene, proposer: str, activator: str, reason: str, code: str
) -> None:
    before = in_effect(scene)
    digest = propose(scene, with_people(scene, ordering=TeamRole.MANAGER), proposer)
    with pytest.raises(RefusedError) as refused:
        activate(scene, digest, activator, reason)
    assert refused.value.code == code
    assert codes(scene, "policy_activation_refused") == [code]
    assert in_effect(scene) == before


def test_who_gains_a_role_by_it_does_not_activate_it_and_another_manager_does(scene: Scene) -> None:
    everybody = {**people().by_id, "fiona": a_person("fiona", forms=TeamRole.MANAGER, ordering=TeamRole.SENIOR)}
    digest = propose(scene, scene.governed(platform_rules(), People(by_id=everybody)), "rita")
    with pytest.raises(RefusedError, match="senior of team ordering") as refused:
        activate(scene, digest, "fiona")
    assert refused.value.code == "gains_by_it"
    activate(scene, digest, "mona")
    assert len(scene.log("policy_activated")) == 1


def test_two_who_propose_the_same_are_both_its_proposers(scene: Scene) -> None:
    changed = with_people(scene, ordering=TeamRole.SENIOR)
    assert propose(scene, changed, "mona") == propose(scene, changed, "rita")
    with pytest.raises(RefusedError, match="already the proposer of this policy"):
        activate(scene, changed.digest, "mona")
    activate(scene, changed.digest, "fiona")


def test_a_proposal_that_was_overtaken_is_to_be_proposed_again(scene: Scene) -> None:
    first, second = with_people(scene, ordering=TeamRole.SENIOR), with_people(scene, forms=TeamRole.SENIOR)
    for policy in (first, second):
        propose(scene, policy, "rita")
    activate(scene, first.digest, "mona")
    with pytest.raises(RefusedError) as refused:
        activate(scene, second.digest, "mona")
    assert refused.value.code == "proposal_outdated"
    propose(scene, second, "rob")
    activate(scene, second.digest, "mona")
    assert in_effect(scene) == second


def test_what_is_in_effect_already_is_not_activated_again(scene: Scene) -> None:
    digest = propose(scene, with_people(scene, ordering=TeamRole.SENIOR), "rita")
    activate(scene, digest, "mona")
    with pytest.raises(RefusedError, match=r"in effect already: mona activated it at 20\d\d-.* UTC") as refused:
        activate(scene, digest, "fiona")
    assert refused.value.code == "already_in_effect"
    assert codes(scene, "policy_activation_refused") == ["already_in_effect"]


def test_what_nobody_proposed_is_not_activated(scene: Scene) -> None:
    with pytest.raises(RefusedError, match="nobody proposed"):
        activate(scene, "0" * 64, "mona")
    assert codes(scene, "policy_activation_refused") == ["not_proposed"]


def test_what_is_in_effect_need_not_be_proposed(scene: Scene) -> None:
    with pytest.raises(RefusedError, match="nothing differs"):
        propose(scene, in_effect(scene), "rita")
    assert codes(scene, "policy_proposal_refused") == ["nothing_to_propose"]


def test_a_policy_that_nobody_could_change_again_is_not_proposed(scene: Scene) -> None:
    with pytest.raises(RefusedError, match="nobody could activate"):
        propose(scene, scene.governed(platform_rules(), people("mona")), "rita")


def test_a_broken_catalogue_is_refused_with_all_that_is_wrong_with_it(scene: Scene) -> None:
    def broken() -> Governed:
        raise SlipwayError("people.yaml:3: unknown team")

    with pytest.raises(RefusedError, match=r"people\.yaml:3"):
        propose_policy(scene.world, broken, Actor(id="rita", via="rest"))
    assert codes(scene, "policy_proposal_refused") == ["bad_catalogue"]


def test_changed_files_hold_back_what_they_touch_until_they_are_activated(scene: Scene) -> None:
    attempt = scene.approved()
    changed = with_people(scene, ordering=TeamRole.SENIOR)
    on_disk(scene, changed)
    result = scene.turn(attempt, PREPROD)
    assert (result.answer, [b.code for b in result.blockers]) == (TurnAnswer.WAIT, ["policy_not_activated"])
    assert not may_go_on(scene.world, attempt.id, PREPROD)
    activate(scene, propose(scene, changed, "rita"), "mona")
    assert may_go_on(scene.world, attempt.id, PREPROD)
    assert scene.stage(attempt, PREPROD).outcome == "passed", "the grant still counts: nothing that decides changed"


def test_a_host_for_smoke_checks_counts_from_its_activation_on_and_voids_nothing(scene: Scene) -> None:
    attempt = scene.approved()
    before = in_effect(scene)
    scene.activate(platform_rules(smoke_hosts=("elsewhere",)), before.people)
    assert [b.code for b in scene.turn(attempt, PREPROD).blockers] == ["smoke_host_not_allowed"]
    assert not may_go_on(scene.world, attempt.id, PREPROD)
    on_disk(scene, before)
    assert not may_go_on(scene.world, attempt.id, PREPROD), "files alone allow nothing"
    activate(scene, propose(scene, before, "rita"), "mona")
    assert may_go_on(scene.world, attempt.id, PREPROD)
    assert scene.stage(attempt, PREPROD).outcome == "passed"


def test_files_put_back_as_they_were_let_it_go_on(scene: Scene) -> None:
    attempt = scene.approved()
    on_disk(scene, with_people(scene, ordering=TeamRole.SENIOR))
    assert scene.turn(attempt, PREPROD).answer is TurnAnswer.WAIT
    on_disk(scene, in_effect(scene))
    assert scene.stage(attempt, PREPROD).outcome == "passed"


def test_a_change_that_concerns_others_holds_back_nobody_and_voids_nothing(scene: Scene) -> None:
    attempt = scene.approved()
    everybody = with_people(scene, forms=TeamRole.SENIOR).people
    changed = scene.governed(HOLIDAYS, everybody)
    changed = replace(changed, services={**changed.services, "letters": Ownership(team="forms")})
    on_disk(scene, changed)
    assert len(pages(scene)) == 1, "still a finding"
    activate(scene, propose(scene, changed, "rita"), "mona")
    assert scene.stage(attempt, PREPROD).outcome == "passed"


def test_an_activated_change_of_a_row_that_decides_voids_the_grant(scene: Scene) -> None:
    attempt = scene.approved()
    row = replace(AUTHORITY[Action.APPROVE_PREPROD], who=Eligibility(own_team=TeamRole.MANAGER))
    rules = platform_rules(authority={**AUTHORITY, Action.APPROVE_PREPROD: row})
    activate(scene, propose(scene, scene.governed(rules, in_effect(scene).people), "rita"), "mona")
    assert scene.turn(attempt, PREPROD).outcome == "renewed"


def test_another_team_in_a_services_file_changes_nobodys_say(scene: Scene) -> None:
    scene.definitions.services["orders"] = replace(a_service(), team="forms")
    on_disk(scene, replace(in_effect(scene), services={"orders": Ownership(team="forms")}))
    attempt = scene.opened(by="rita")
    assert scene.release_of(attempt).team == "ordering"
    assert scene.stage(attempt, DEV).outcome == "passed"
    asked = scene.ask(attempt, Step.APPROVE)
    assert isinstance(asked, Asked)
    assert sorted(asked.assignees) == ["mona", "sam", "sue"]
    assert scene.answer(attempt, Step.APPROVE, "selma").kind == "does_not_count"
    assert scene.answer(attempt, Step.APPROVE, "sam").kind == "granted"
    assert [b.code for b in scene.turn(attempt, PREPROD).blockers] == ["policy_not_activated"]


def test_a_service_that_changes_hands_is_approved_by_its_new_owners(scene: Scene) -> None:
    attempt = scene.approved()
    changed = replace(in_effect(scene), services={"orders": Ownership(team="forms")})
    digest = propose(scene, changed, "rita")
    with pytest.raises(RefusedError, match="manager for orders, which moves to team forms"):
        activate(scene, digest, "fiona")
    activate(scene, digest, "mona")
    assert scene.turn(attempt, PREPROD).outcome == "renewed", "sam is of ordering"
    assert scene.release_of(attempt).team == "ordering", "as it was asked for"


def test_a_new_service_gets_no_further_than_dev_before_it_is_activated(scene: Scene) -> None:
    before = in_effect(scene)
    scene.definitions.services["letters"] = a_service("letters")
    attempt = scene.dev_passed(service="letters")
    on_disk(scene, scene.governed(before.platform, before.people))
    scene.grant(attempt, Step.APPROVE, "sam")
    blockers = scene.turn(attempt, PREPROD).blockers
    assert [b.code for b in blockers] == ["policy_not_activated"]
    assert "letters is not in the policy in effect" in blockers[0].message
    activate(scene, propose(scene, scene.governed(before.platform, before.people), "rita"), "mona")
    assert scene.stage(attempt, PREPROD).outcome == "passed"


def test_a_stage_at_work_goes_on_and_goes_back_whatever_the_files_say(scene: Scene) -> None:
    scene.long_live("1.0")
    attempt = scene.approved("1.1")
    scene.turn(attempt, PREPROD)
    scene.deploy(attempt, PREPROD)
    on_disk(scene, replace(in_effect(scene), services={}))
    assert scene.finish(attempt, PREPROD).outcome == "undone"
    assert scene.runs(PREPROD) == "1.0"


def test_what_is_in_effect_proposed_and_on_disk_is_shown(scene: Scene) -> None:
    changed = with_people(scene, ordering=TeamRole.SENIOR)
    assert show_policy(scene.store)["on_disk"]["differences"] == []
    on_disk(scene, changed)
    shown = show_policy(scene.store)
    assert shown["in_effect"]["activated_by"] == "mona"
    assert shown["on_disk"]["holds_back"] == {"orders": ["preprod", "prod"]}
    propose(scene, changed, "rita")
    propose(scene, changed, "rob")
    (proposed,) = show_policy(scene.store)["proposed"]
    assert (proposed["digest"], proposed["proposed_by"]) == (changed.digest, ["rita", "rob"])
    activate(scene, changed.digest, "mona")
    shown = show_policy(scene.store)
    assert (shown["proposed"], shown["on_disk"]["differences"]) == ([], [])
    assert shown["in_effect"]["reason"] == "agreed on Monday"


@pytest.mark.parametrize("account", ["pipeline", "zoe"])
def test_who_is_nobody_in_the_policy_in_effect_proposes_nothing(scene: Scene, account: str) -> None:
    """A machine's account, or one that only the files know, would let one person act as two."""
    with pytest.raises(RefusedError, match="a person proposes"):
        propose(scene, with_people(scene, ordering=TeamRole.SENIOR), account)
    assert codes(scene, "policy_proposal_refused") == ["not_a_person"]


def known_as(scene: Scene, **subjects: str | None) -> Governed:
    """As in effect, with these people, each with this subject at the organisation's sign-in."""
    known = {name: replace(a_person(name), subject=subject) for name, subject in subjects.items()}
    return scene.governed(platform_rules(), People(by_id={**people().by_id, "fiona": FIONA, **known}))


@pytest.mark.parametrize(
    ("history", "wanted", "said"),
    [
        ([{"nora": "sub-n"}], {"nora": "sub-x"}, "nora was sub-n at the organisation's sign-in, not sub-x"),
        ([{"nora": "sub-n"}], {"nick": "sub-n"}, "sub-n, the subject of nick, was nora"),
        ([{"nora": "sub-n"}, {}], {"nora": "sub-x"}, "nora was sub-n"),
        ([{"nora": "sub-n"}, {"nora": None}], {"nora": "sub-x"}, "nora was sub-n"),
        ([{"nora": "sub-n"}, {}], {"nick": "sub-n"}, "the subject of nick, was nora"),
    ],
    ids=["another subject", "another id", "removed and back as another", "by way of none", "a leaver's subject"],
)
def test_ids_and_subjects_are_never_given_to_somebody_else(
    scene: Scene, history: list[dict[str, str | None]], wanted: dict[str, str | None], said: str
) -> None:
    for known in history:
        activate(scene, propose(scene, known_as(scene, **known), "rita"), "mona")
    with pytest.raises(RefusedError, match=said) as refused:
        propose(scene, known_as(scene, **wanted), "rita")
    assert refused.value.code == "identity_reused"
    assert codes(scene, "policy_proposal_refused") == ["identity_reused"]


@pytest.mark.parametrize(
    ("history", "wanted"),
    [([{"nora": None}], {"nora": "sub-n"}), ([{"nora": "sub-n"}, {}], {"nora": "sub-n"})],
    ids=["a first subject", "the same person comes back"],
)
def test_who_stays_who_they_are_may_be_proposed(
    scene: Scene, history: list[dict[str, str | None]], wanted: dict[str, str | None]
) -> None:
    for known in history:
        activate(scene, propose(scene, known_as(scene, **known), "rita"), "mona")
    changed = known_as(scene, **wanted)
    activate(scene, propose(scene, changed, "rita"), "mona")
    assert in_effect(scene) == changed


def with_row(scene: Scene, action: Action, **changes: Any) -> Governed:
    """As in effect, with a row of the authority table changed."""
    rules = platform_rules(authority={**AUTHORITY, action: replace(AUTHORITY[action], **changes)})
    return scene.governed(rules, in_effect(scene).people)


def test_who_gains_a_right_leaves_it_to_who_gains_none(scene: Scene) -> None:
    lena = replace(people().by_id["lena"], teams={"forms": TeamRole.MANAGER})
    scene.activate(platform_rules(), People(by_id={**in_effect(scene).people.by_id, "lena": lena}))
    changed = with_row(scene, Action.CLOSE_REVIEW, who=Eligibility(also=frozenset({Duty.SECOND_LINE})))
    digest = propose(scene, changed, "rita")
    assert show_policy(scene.store)["proposed"][0]["gains"] == {"lena": ["close_review: everywhere"]}
    with pytest.raises(RefusedError, match="fiona or mona gains nothing, and must") as refused:
        activate(scene, digest, "lena")
    assert refused.value.code == "gains_by_it"
    activate(scene, digest, "mona")
    assert json.loads(scene.log("policy_activated")[-1])["activator_gains"] == []
    assert not [page for page in pages(scene) if "gains by policy" in page]


def test_where_every_manager_gains_one_may_activate_it_and_it_is_a_finding(scene: Scene) -> None:
    changed = with_row(scene, Action.CLOSE_REVIEW, who=Eligibility(any_team=TeamRole.MANAGER))
    on_disk(scene, changed)
    gains = {"fiona": ["close_review: everywhere"], "mona": ["close_review: everywhere"]}
    assert show_policy(scene.store)["on_disk"]["gains"] == gains
    activate(scene, propose(scene, changed, "rita"), "mona")
    assert json.loads(scene.log("policy_activated")[-1])["activator_gains"] == ["close_review: everywhere"]
    (finding,) = (page for page in pages(scene) if "gains by policy" in page)
    assert "close_review: everywhere" in finding


def test_where_the_only_other_manager_proposed_it_nobody_is_left_who_gains_nothing(scene: Scene) -> None:
    lena = replace(people().by_id["lena"], teams={"forms": TeamRole.MANAGER})
    scene.activate(platform_rules(), People(by_id={**people("mona").by_id, "fiona": FIONA, "lena": lena}))
    changed = with_row(scene, Action.CLOSE_REVIEW, who=Eligibility(also=frozenset({Duty.SECOND_LINE})))
    digest = propose(scene, changed, "fiona")
    activate(scene, digest, "lena")
    assert json.loads(scene.log("policy_activated")[-1])["activator_gains"] == ["close_review: everywhere"]
