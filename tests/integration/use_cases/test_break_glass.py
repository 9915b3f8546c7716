"""Break-glass: off; opened by two people for one, for an hour at most; paged, reviewed, and gone by itself."""

import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy.exc import DBAPIError

from slipway.adapters.database.engine import make_engine
from slipway.adapters.database.transaction import DatabaseStore
from slipway.domain.errors import RefusedError
from slipway.domain.grant import Step
from slipway.domain.people import People, Person, TeamRole
from slipway.domain.platform import Action, AuthorityRule, Duty, Eligibility
from slipway.domain.two_people import PendingAct
from slipway.ports.values import Actor
from slipway.use_cases.ask_second import ask_second
from slipway.use_cases.close_break_glass import close_break_glass, end_break_glass
from slipway.use_cases.close_review import close_review
from slipway.use_cases.give_second import give_second
from slipway.use_cases.open_break_glass import opening_for
from slipway.use_cases.show_break_glass import show_break_glass
from slipway.use_cases.show_reviews import show_reviews
from slipway.use_cases.sync_accounts import AccountChanges, accounts_are_behind, sync_accounts
from slipway.use_cases.who_broke_the_glass import is_open_to
from slipway.use_cases.world import PLATFORM
from tests.builders import AUTHORITY, people, platform_rules
from tests.scene import Scene

WHY = "a run hangs that no stop ends"
RULE = AuthorityRule(
    who=Eligibility(also=frozenset({Duty.PLATFORM})),
    second=Eligibility(any_team=TeamRole.MANAGER, also=frozenset({Duty.PLATFORM})),
    reason_required=True,
)


def everybody(*without: str) -> People:
    more = [Person(id=name, name=name.title(), platform_engineer=True) for name in ("piet", "petra")]
    more.append(Person(id="mike", name="Mike", teams={"forms": TeamRole.MANAGER}))
    known = {**people().by_id, **{person.id: person for person in more}}
    return People(by_id={name: person for name, person in known.items() if name not in without})


@pytest.fixture
def scene(make_scene: Callable[..., Scene]) -> Scene:
    rules = platform_rules(authority={**AUTHORITY, Action.BREAK_GLASS: RULE})
    made = make_scene(rules=rules, everybody=everybody())
    synced(made)
    return made


def by(person: str) -> Actor:
    return Actor(id=person, via="rest")


def asked(scene: Scene, person: str = "piet", minutes: int = 30, first: str = "piet") -> PendingAct:
    return ask_second(scene.world, Action.BREAK_GLASS, opening_for(person, minutes), WHY, by(first))


def opened(scene: Scene, person: str = "piet", second: str = "mona", **more: Any) -> None:
    give_second(scene.world, asked(scene, person, **more).id, by(second))


def in_force(scene: Scene) -> list[str]:
    return [one["person"] for one in show_break_glass(scene.store) if one["in_force"]]


def synced(scene: Scene) -> list[frozenset[str]]:
    """For whom the accounts were made, if they were behind."""
    given: list[frozenset[str]] = []

    def make(_: People, break_glass: frozenset[str]) -> AccountChanges:
        given.append(break_glass)
        return AccountChanges(changed=("piet",))

    if accounts_are_behind(scene.store):
        sync_accounts(scene.store, everybody, make, PLATFORM)
    return given


def told(scene: Scene, kind: str) -> list[Any]:
    return [json.loads(entry) for entry in scene.log(kind)]


def paged(scene: Scene, ending: str) -> list[str]:
    with scene.store.transaction() as tx:
        rows = tx.sql.all("SELECT channel, text FROM outbox WHERE key LIKE :key", key=f"break_glass:%:{ending}")
        return [f"{row['channel']}: {row['text']}" for row in rows]


def time_passes(scene: Scene, minutes: int) -> None:
    """As if it had been opened so long ago; the row's times may not be changed otherwise."""
    with scene.store.transaction() as tx:
        tx.sql.run("ALTER TABLE break_glass DISABLE TRIGGER USER")
        ago = timedelta(minutes=minutes)
        tx.sql.run("UPDATE break_glass SET opened_at = opened_at - :ago, until = until - :ago", ago=ago)
        tx.sql.run("ALTER TABLE break_glass ENABLE TRIGGER USER")


def test_it_is_off_and_one_person_does_not_open_it(scene: Scene) -> None:
    assert in_force(scene) == []
    asked(scene)
    assert in_force(scene) == []
    assert synced(scene) == []


def test_a_second_person_opens_it_and_the_account_gets_the_role(scene: Scene) -> None:
    opened(scene, minutes=20)
    assert in_force(scene) == ["piet"]
    assert synced(scene) == [frozenset({"piet"})]
    assert synced(scene) == []
    (entry,) = told(scene, "break_glass_opened")
    assert (entry["person"], entry["first"], entry["second"], entry["reason"]) == ("piet", "piet", "mona", WHY)
    (message,) = paged(scene, "opened")
    assert message.startswith("page: piet and mona open Airflow to piet")
    assert WHY in message
    assert told(scene, "accounts_synced")[-1]["break_glass"] == ["piet"]


def test_it_ends_by_itself_and_the_account_loses_the_role(scene: Scene) -> None:
    opened(scene, minutes=20)
    synced(scene)
    time_passes(scene, 20)
    assert in_force(scene) == []
    assert synced(scene) == [frozenset()]
    for _ in range(2):
        end_break_glass(scene.world)
    (entry,) = told(scene, "break_glass_closed")
    assert entry["because"] == "its time is over"
    assert len(paged(scene, "closed")) == 1


def test_airflow_is_open_to_one_person_and_to_nobody_from_its_end_on(scene: Scene) -> None:
    def to() -> set[str]:
        return {person for person in ("piet", "petra", "mona") if is_open_to(scene.store, person)}

    assert to() == set()
    opened(scene, minutes=20)
    assert to() == {"piet"}
    time_passes(scene, 20)
    assert to() == set()  # whatever role the account still has: nothing has looked since
    opened(scene, "petra", first="petra")
    assert to() == {"petra"}
    close_break_glass(scene.world, by("mona"), "done")
    assert to() == set()


def test_where_the_release_database_is_away_airflow_is_open_to_nobody(scene: Scene) -> None:
    opened(scene)
    away = DatabaseStore(make_engine("postgresql+psycopg2://nobody@127.0.0.1:1/nothing"))
    assert not is_open_to(away, "piet")


def test_before_its_end_nothing_ends_by_itself(scene: Scene) -> None:
    opened(scene, minutes=20)
    time_passes(scene, 19)
    end_break_glass(scene.world)
    assert in_force(scene) == ["piet"]
    assert told(scene, "break_glass_closed") == []


@pytest.mark.parametrize("who", ["piet", "petra", "mike"])
def test_whoever_has_it_or_may_open_it_closes_it_alone_before_the_end(scene: Scene, who: str) -> None:
    opened(scene)
    synced(scene)
    close_break_glass(scene.world, by(who), "the run has ended")
    assert in_force(scene) == []
    assert synced(scene) == [frozenset()]
    (entry,) = told(scene, "break_glass_closed")
    assert entry["because"] == "the run has ended"


@pytest.mark.parametrize(
    ("who", "reason", "message"),
    [("rita", "done", "none of those who may"), ("stranger", "done", "nobody"), ("piet", " ", "a reason is needed")],
)
def test_others_do_not_close_it_and_nobody_without_a_reason(scene: Scene, who: str, reason: str, message: str) -> None:
    opened(scene)
    with pytest.raises(RefusedError, match=message):
        close_break_glass(scene.world, by(who), reason)
    assert in_force(scene) == ["piet"]
    assert message in told(scene, "break_glass_close_refused")[0]["message"]


def test_what_is_not_open_is_not_closed_again(scene: Scene) -> None:
    opened(scene)
    close_break_glass(scene.world, by("piet"), "done")
    with pytest.raises(RefusedError, match="not open"):
        close_break_glass(scene.world, by("piet"), "done")
    assert len(told(scene, "break_glass_closed")) == 1


def test_there_is_one_at_a_time_and_another_after_it(scene: Scene) -> None:
    waiting = asked(scene, "petra", first="petra")
    opened(scene)
    for act in (lambda: asked(scene, "petra", 10), lambda: give_second(scene.world, waiting.id, by("mona"))):
        with pytest.raises(RefusedError, match="is open already"):
            act()
    assert "open already" in told(scene, "two_person_act_refused")[0]["message"]
    assert "open already" in told(scene, "second_refused")[0]["message"]
    time_passes(scene, 30)
    give_second(scene.world, waiting.id, by("mona"))
    assert in_force(scene) == ["petra"]


@pytest.mark.parametrize("minutes", [0, 61])
def test_it_is_for_an_hour_at_most(scene: Scene, minutes: int) -> None:
    with pytest.raises(RefusedError, match="1 to 60 minutes"):
        asked(scene, minutes=minutes)


def test_it_is_for_somebody_who_is_known(scene: Scene) -> None:
    with pytest.raises(RefusedError, match="no person nobody"):
        asked(scene, "nobody")


@pytest.mark.parametrize("first", ["rita", "sam", "lena"])
def test_those_outside_the_row_do_not_ask(scene: Scene, first: str) -> None:
    with pytest.raises(RefusedError, match="none of those who may"):
        asked(scene, first=first)


@pytest.mark.parametrize(
    ("second", "message"), [("piet", "another person must second it"), ("petra", "gains by it"), ("rita", "may")]
)
def test_neither_who_asked_nor_who_gains_by_it_nor_a_stranger_activates_it(
    scene: Scene, second: str, message: str
) -> None:
    number = asked(scene, "petra").id
    with pytest.raises(RefusedError, match=message):
        give_second(scene.world, number, by(second))
    assert in_force(scene) == []
    assert message in told(scene, "second_refused")[0]["message"]


def test_who_has_left_loses_it(scene: Scene) -> None:
    opened(scene)
    synced(scene)
    with scene.store.transaction() as tx:
        rules = tx.policy().platform
    scene.activate(rules, everybody("piet"))
    assert synced(scene) == [frozenset()]


def test_it_opens_a_review_that_nobody_closes_who_had_a_part_in_it(scene: Scene) -> None:
    opened(scene, second="mona")
    (review,) = show_reviews(scene.store)
    assert review["kind"] == "break_glass"
    for who in ("mona", "piet"):
        with pytest.raises(RefusedError):
            close_review(scene.world, review["id"], by(who), "looked at what was marked")
    with pytest.raises(RefusedError, match=r"is still open\. Close the review when it is over"):
        close_review(scene.world, review["id"], by("mike"), "looked at what was marked")
    assert "still open" in told(scene, "review_close_refused")[-1]["message"]
    close_break_glass(scene.world, by("mona"), "the run is cleared")
    close_review(scene.world, review["id"], by("mike"), "looked at what was marked")


def test_the_review_says_what_came_of_it_and_names_both(scene: Scene) -> None:
    opened(scene, "petra", minutes=20, first="piet")
    with scene.store.transaction() as tx:
        now, (opening,) = tx.now, tx.break_glass.all()
    (review,) = show_reviews(scene.store)
    assert review["opened_by"] == "piet and mona"
    assert review["about"].startswith(f"piet and mona opened Airflow to petra by break-glass at {now:%Y-%m-%d}")
    assert "for 20 minutes at most" in review["about"]
    assert review["about"].endswith(f"{WHY}. It is open until {opening.until:%Y-%m-%d %H:%M} UTC")

    close_break_glass(scene.world, by("petra"), "done")
    with scene.store.transaction() as tx:
        (closed,) = tx.break_glass.all()
    (review,) = show_reviews(scene.store)
    assert review["about"].endswith(f"{WHY}. petra closed it at {closed.closed_at:%Y-%m-%d %H:%M} UTC")
    assert "until" not in review["about"]


def test_a_review_of_what_is_over_does_not_say_that_it_is_open(scene: Scene) -> None:
    opened(scene, minutes=20)
    time_passes(scene, 21)
    (review,) = show_reviews(scene.store)
    assert ". It ended at " in review["about"]


def test_channels_are_told_what_is_and_each_thing_once(scene: Scene) -> None:
    opened(scene, minutes=20)
    with scene.store.transaction() as tx:
        texts = {row["key"]: row["text"] for row in tx.sql.all("SELECT key, text FROM outbox")}
    (review,) = (text for key, text in texts.items() if key.startswith("review:"))
    (seconded,) = (text for key, text in texts.items() if key.endswith(":seconded"))
    assert "opened Airflow to piet" in review
    assert "was open" not in review
    assert "until" not in review
    assert seconded.count("to piet") == 1
    assert "for piet" not in seconded


def test_a_manager_for_whom_it_was_opened_does_not_close_the_review(scene: Scene) -> None:
    opened(scene, "mike", second="mona")
    (review,) = show_reviews(scene.store)
    with pytest.raises(RefusedError, match="already the declarer"):
        close_review(scene.world, review["id"], by("mike"), "nothing to see")


def test_it_makes_no_grant(scene: Scene) -> None:
    attempt = scene.dev_passed("1.0")
    opened(scene)
    scene.ask(attempt, Step.APPROVE)
    assert scene.answer(attempt, Step.APPROVE, "piet").kind != "granted"
    assert scene.log("grant_given") == []


@pytest.mark.parametrize(
    "change",
    ["person = 'rita'", "until = until + interval '1 hour'", "activated_by = 'piet'"],
)
def test_the_database_keeps_it_as_it_was_agreed(scene: Scene, change: str) -> None:
    opened(scene)
    with pytest.raises(DBAPIError), scene.store.transaction() as tx:
        tx.sql.run(f"UPDATE break_glass SET {change}")  # noqa: S608 - the cases above
