"""An unauthorised change is explained by a senior, and closed by a manager who is somebody else."""

import json
from collections.abc import Callable
from dataclasses import replace

import pytest

from slipway.domain.errors import NotFoundError, RefusedError
from slipway.domain.people import People, TeamRole
from slipway.domain.platform import Action, AuthorityRule, Eligibility
from slipway.domain.release import ChangeKind
from slipway.ports.values import Actor
from slipway.use_cases.close_finding import close_finding
from slipway.use_cases.explain_finding import explain_finding
from slipway.use_cases.show_findings import show_findings
from tests.builders import AUTHORITY, a_person, people, platform_rules
from tests.scene import Scene

RULES = platform_rules(
    authority={
        **AUTHORITY,
        Action.EXPLAIN_DRIFT: AuthorityRule(who=Eligibility(own_team=TeamRole.SENIOR), reason_required=True),
        Action.CLOSE_FINDING: AuthorityRule(
            who=Eligibility(own_team=TeamRole.MANAGER),
            second=Eligibility(own_team=TeamRole.SENIOR),
            reason_required=True,
        ),
    }
)
MIKE = a_person("mike", ordering=TeamRole.MANAGER)
FIONA = a_person("fiona", forms=TeamRole.MANAGER)
EVERYBODY = People(by_id={**people().by_id, "mike": MIKE, "fiona": FIONA})


@pytest.fixture
def scene(make_scene: Callable[..., Scene]) -> Scene:
    return make_scene(rules=RULES, everybody=EVERYBODY)


def find(scene: Scene, *, actor: str = "root", service: str | None = "orders") -> int:
    with scene.store.transaction() as tx:
        tx.log("unauthorised_change", Actor(id=actor, via="airflow"), service=service, payload={"what": "a run began"})
    return int(open_ones(scene)[-1])


def open_ones(scene: Scene) -> list[int]:
    return [one["seq"] for one in show_findings(scene.store, limit=50)]


def explain(scene: Scene, seq: int, by: str = "sam", reason: str = "a script of ours began it") -> None:
    explain_finding(scene.world, seq, Actor(id=by, via="rest"), reason)


def close(scene: Scene, seq: int, by: str = "mona", reason: str = "the script is gone") -> None:
    close_finding(scene.world, seq, Actor(id=by, via="rest"), reason)


def messages(scene: Scene, key: str) -> list[tuple[str, str]]:
    with scene.store.transaction() as tx:
        rows = tx.sql.all("SELECT channel, text FROM outbox WHERE key = :key", key=key)
    return [(row["channel"], row["text"]) for row in rows]


def test_it_is_listed_until_it_is_explained_and_closed(scene: Scene) -> None:
    seq = find(scene)
    explain(scene, seq)
    (shown,) = show_findings(scene.store, limit=50)
    assert [(said["person"], said["because"]) for said in shown["explanations"]] == [
        ("sam", "a script of ours began it")
    ]

    close(scene, seq)

    assert open_ones(scene) == []
    (shown,) = show_findings(scene.store, open_only=False, limit=50)
    assert shown["closed"]["person"] == "mona"
    (explained,), (closed,) = scene.log("finding_explained"), scene.log("finding_closed")
    assert json.loads(explained) == {"finding": seq, "reason": "a script of ours began it"}
    assert json.loads(closed) == {"finding": seq, "reason": "the script is gone"}
    ((channel, text),) = messages(scene, f"finding:{seq}:closed")
    assert channel == "deploy"
    assert text == f"mona closes finding {seq} (a run began), explained by sam: the script is gone"


@pytest.mark.parametrize("by", ["rita", "selma", "fiona", "lena", "stranger"])
def test_whoever_is_no_senior_of_the_team_does_not_explain_it(scene: Scene, by: str) -> None:
    seq = find(scene)
    with pytest.raises(RefusedError, match=r"It is explained by one of: mike, mona, sam, sue") as refused:
        explain(scene, seq, by)
    assert refused.value.code == "may_not_explain_finding"
    assert len(scene.log("finding_explain_refused")) == 1


@pytest.mark.parametrize("by", ["rita", "sam", "fiona", "lena", "stranger"])
def test_whoever_is_no_manager_of_the_team_does_not_close_it(scene: Scene, by: str) -> None:
    seq = find(scene)
    explain(scene, seq, "sue")
    with pytest.raises(RefusedError, match=r"It is closed by one of: mike, mona") as refused:
        close(scene, seq, by)
    assert refused.value.code == "may_not_close_finding"
    assert len(scene.log("finding_close_refused")) == 1
    assert open_ones(scene) == [seq]


def test_it_is_not_closed_before_it_was_explained(scene: Scene) -> None:
    seq = find(scene)
    with pytest.raises(RefusedError, match=rf"nobody has explained finding {seq} yet.*slipway audit explain {seq}"):
        close(scene, seq)
    assert open_ones(scene) == [seq]


def test_a_manager_who_explained_it_does_not_close_it_even_if_others_explained_it_too(scene: Scene) -> None:
    seq = find(scene)
    explain(scene, seq, "mona")
    explain(scene, seq, "sam")
    with pytest.raises(RefusedError, match=r"mona explained finding .* It is closed by one of: mike$"):
        close(scene, seq, "mona")
    close(scene, seq, "mike")
    assert open_ones(scene) == []


def test_a_manager_who_made_the_change_may_explain_it_and_does_not_close_it(scene: Scene) -> None:
    seq = find(scene, actor="mona")
    explain(scene, seq, "sam")
    with pytest.raises(RefusedError, match=r"mona made the change .* It is closed by one of: mike$"):
        close(scene, seq, "mona")
    explain(scene, seq, "mona", "the night was long")
    close(scene, seq, "mike")


def test_where_each_manager_had_a_part_nobody_may_and_it_says_so(scene: Scene) -> None:
    seq = find(scene, actor="mona")
    explain(scene, seq, "mike")
    with pytest.raises(RefusedError, match="nobody, as each had a part in it"):
        close(scene, seq, "mona")


@pytest.mark.parametrize("service", [None, "gone"])
def test_one_of_no_service_is_for_seniors_and_managers_of_any_team(scene: Scene, service: str | None) -> None:
    seq = find(scene, service=service)
    with pytest.raises(RefusedError, match="a senior of any team"):
        explain(scene, seq, "rita")
    explain(scene, seq, "selma")
    with pytest.raises(RefusedError, match="a manager of any team"):
        close(scene, seq, "sam")
    close(scene, seq, "fiona")


def test_a_reason_that_says_nothing_is_none(scene: Scene) -> None:
    seq = find(scene)
    with pytest.raises(RefusedError, match="a reason is needed: who changed what"):
        explain(scene, seq, reason=" .")
    explain(scene, seq)
    with pytest.raises(RefusedError, match="a reason is needed: what follows"):
        close(scene, seq, reason="")


def test_what_is_closed_stays_as_it_is(scene: Scene) -> None:
    seq = find(scene)
    explain(scene, seq)
    close(scene, seq)
    with pytest.raises(RefusedError, match="was closed by mona before"):
        explain(scene, seq, "sue")
    with pytest.raises(RefusedError, match="was closed by mona before"):
        close(scene, seq, "mike")
    assert messages(scene, f"finding:{seq}:closed") != []


def test_other_entries_of_the_log_are_no_findings(scene: Scene) -> None:
    seq = find(scene)
    for number in (seq - 1, seq + 1):
        with pytest.raises(NotFoundError, match="slipway audit"):
            explain(scene, number)


def test_what_is_said_of_a_service_with_a_secret_is_not_kept(scene: Scene) -> None:
    seq = find(scene)
    scene.opened(by="sue", kind=ChangeKind.SECURITY)
    explain(scene, seq, reason="the hole in the order page was tried out")
    assert "the order page" not in json.dumps(show_findings(scene.store, limit=50), default=str)
    assert "the order page" not in "".join(scene.log("finding_explained"))


def test_the_row_of_the_policy_in_effect_decides(scene: Scene) -> None:
    seq = find(scene)
    row = replace(RULES.rule(Action.EXPLAIN_DRIFT), who=Eligibility(own_team=TeamRole.RELEASER))
    scene.activate(replace(RULES, authority={**RULES.authority, Action.EXPLAIN_DRIFT: row}), EVERYBODY)
    explain(scene, seq, "rita")


def test_whoever_explained_it_must_be_the_second_person_of_the_row_that_closes(scene: Scene) -> None:
    seq = find(scene)
    explain(scene, seq, "sam")
    row = replace(RULES.rule(Action.CLOSE_FINDING), second=Eligibility(own_team=TeamRole.MANAGER))
    scene.activate(replace(RULES, authority={**RULES.authority, Action.CLOSE_FINDING: row}), EVERYBODY)
    with pytest.raises(RefusedError, match=r"must be explained by a manager of the owning team.*which sam is not"):
        close(scene, seq, "mona")
    explain(scene, seq, "mike")
    close(scene, seq, "mona")


def test_an_explanation_of_somebody_who_is_no_senior_any_more_is_not_enough(scene: Scene) -> None:
    seq = find(scene)
    explain(scene, seq, "sam")
    scene.activate(RULES, People(by_id={**EVERYBODY.by_id, "sam": a_person("sam", ordering=TeamRole.RELEASER)}))
    with pytest.raises(RefusedError, match="which sam is not"):
        close(scene, seq, "mona")
    explain(scene, seq, "sue")
    close(scene, seq, "mona")
