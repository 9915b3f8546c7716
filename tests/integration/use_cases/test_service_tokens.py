"""Tokens of build pipelines: issued by two people, for one service, until a day; ended by one (R10)."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy.exc import DBAPIError

from slipway.adapters.database.log_reader import read_log
from slipway.adapters.database.overview import Overview
from slipway.airflow_edge.identity import pipeline_of
from slipway.airflow_edge.request_record import Requester
from slipway.domain.errors import NotFoundError, RefusedError
from slipway.domain.people import People, Person, TeamRole
from slipway.domain.platform import Action, AuthorityRule, Duty, Eligibility
from slipway.domain.service_token import hash_of
from slipway.ports.values import Actor
from slipway.use_cases.ask_second import ask_second
from slipway.use_cases.give_second import give_second
from slipway.use_cases.issue_token import parameters_of
from slipway.use_cases.know_pipeline import know_pipeline
from slipway.use_cases.revoke_token import revoke_token
from tests.builders import AUTHORITY, a_service, people, platform_rules
from tests.outside import SERVICES
from tests.scene import Scene

MANAGER_AND_PLATFORM = AuthorityRule(
    who=Eligibility(own_team=TeamRole.MANAGER),
    second=Eligibility(also=frozenset({Duty.PLATFORM})),
    reason_required=True,
)
SECRET = "slp_of-the-leaflets"


@pytest.fixture
def scene(make_scene: Callable[..., Scene]) -> Scene:
    piet = Person(id="piet", name="Piet", platform_engineer=True)
    everybody = People(by_id={**people().by_id, piet.id: piet})
    rules = platform_rules(authority={**AUTHORITY, Action.ISSUE_TOKEN: MANAGER_AND_PLATFORM})
    return make_scene(a_service(), *SERVICES, rules=rules, everybody=everybody)


def by(person: str) -> Actor:
    return Actor(id=person, via="rest")


def asked(scene: Scene, secret: str = SECRET, *, service: str = "leaflets", first: str = "mona", **more: Any) -> Any:
    wanted = {"days": 90, "replaces": None, **more}
    parameters = parameters_of(service, hash_of(secret), **wanted)
    return ask_second(scene.world, Action.ISSUE_TOKEN, parameters, "its pipeline moves", by(first))


def issued(scene: Scene, secret: str = SECRET, **more: Any) -> int:
    give_second(scene.world, asked(scene, secret, **more).id, by("piet"))
    with scene.store.transaction() as tx:
        token = tx.tokens.by_hash(hash_of(secret))
    assert token is not None
    return token.id


def test_the_hash_is_shown_nowhere_while_it_waits_or_after(scene: Scene) -> None:
    number = asked(scene).id
    with pytest.raises(RefusedError):
        give_second(scene.world, number, by("mona"))
    with pytest.raises(RefusedError):
        asked(scene, first="rita")
    with scene.store.transaction() as tx:
        shown = [str(Overview(tx.sql).pending())]
    give_second(scene.world, number, by("piet"))
    with scene.store.transaction() as tx:
        shown += [str(Overview(tx.sql).pending(waiting_only=False)), str(list(read_log(tx.sql)))]
        assert tx.tokens.by_hash(hash_of(SECRET)) is not None
    assert [hash_of(SECRET) in text for text in shown] == [False, False, False]
    assert ["'days': 90" in text for text in shown[:2]] == [True, True]


def test_the_log_names_the_pipeline_of_each_request_and_nobody_for_a_made_up_token(scene: Scene) -> None:
    number = issued(scene)
    revoke_token(scene.world, number, by("mona"), "it leaked")
    assert pipeline_of(scene.store, SECRET) == Requester(id=f"pipeline:{number}", via="service_token")
    assert pipeline_of(scene.store, "slp_made-up") is None


def everything_written(scene: Scene) -> str:
    with scene.store.transaction() as tx:
        told = [tx.sql.all("SELECT * FROM log"), tx.sql.all("SELECT * FROM outbox")]
        kept = [tx.sql.all("SELECT * FROM pending_act"), tx.sql.all("SELECT * FROM service_token")]
    return str((told, kept))


def test_two_people_issue_it_and_it_speaks_for_its_one_service(scene: Scene) -> None:
    number = issued(scene)
    pipeline = know_pipeline(scene.world, SECRET)
    assert (pipeline.token_for, pipeline.actor.id) == ("leaflets", f"pipeline:{number}")
    told = json.loads(scene.log("service_token_issued")[0])
    assert (told["first"], told["second"], told["token"]) == ("mona", "piet", number)


def test_the_secret_is_nowhere(scene: Scene) -> None:
    issued(scene)
    assert SECRET not in everything_written(scene)


def test_nobody_has_it_before_the_second_person_agrees(scene: Scene) -> None:
    asked(scene)
    with pytest.raises(RefusedError, match="no service token"):
        know_pipeline(scene.world, SECRET)


def test_a_manager_alone_or_of_no_right_does_not_issue(scene: Scene) -> None:
    pending = asked(scene)
    for second in ("mona", "sam"):
        with pytest.raises(RefusedError):
            give_second(scene.world, pending.id, by(second))
    with pytest.raises(RefusedError, match="none of those who may"):
        asked(scene, first="sam")


@pytest.mark.parametrize(
    ("more", "says"),
    [
        ({"service": "orders"}, "no static app"),
        ({"days": 0}, "1 to 365 days"),
        ({"days": 366}, "1 to 365 days"),
        ({"replaces": 99}, "no service token 99"),
    ],
)
def test_what_cannot_be_issued_is_refused(scene: Scene, more: Any, says: str) -> None:
    with pytest.raises((RefusedError, NotFoundError), match=says):
        asked(scene, **more)


def test_a_service_that_is_not_in_effect_has_no_tokens(scene: Scene) -> None:
    with pytest.raises(NotFoundError, match="activate it first"):
        asked(scene, service="nobodys")


def test_the_same_secret_is_not_issued_twice(scene: Scene) -> None:
    issued(scene)
    with pytest.raises(RefusedError, match="issued before"):
        asked(scene)


def test_a_replaced_token_counts_an_hour_and_no_longer(scene: Scene) -> None:
    old = issued(scene)
    issued(scene, "slp_the-new-one", replaces=old)
    assert know_pipeline(scene.world, SECRET).token_for == "leaflets"
    with scene.store.transaction() as tx:
        left = tx.sql.value("SELECT expires_at - now() < interval '61 min' FROM service_token WHERE id = :id", id=old)
    assert left


def test_one_person_of_the_team_or_platform_or_second_line_ends_it_at_once(scene: Scene) -> None:
    for who, secret in (("rita", "slp_a"), ("piet", "slp_b"), ("lena", "slp_c")):
        number = issued(scene, secret)
        revoke_token(scene.world, number, by(who), "it leaked")
        with pytest.raises(RefusedError, match="was revoked"):
            know_pipeline(scene.world, secret)
    assert (len(scene.log("service_token_revoked")), len(scene.log("service_token_refused"))) == (3, 3)


def test_a_stranger_ends_nothing_and_nobody_without_a_reason(scene: Scene) -> None:
    number = issued(scene)
    for who, reason in (("selma", "x"), ("rita", " ")):
        with pytest.raises(RefusedError):
            revoke_token(scene.world, number, by(who), reason)
    assert know_pipeline(scene.world, SECRET)
    assert len(scene.log("service_token_revocation_refused")) == 2


def test_an_expired_one_is_refused_and_that_is_logged(scene: Scene) -> None:
    number = issued(scene)
    with scene.store.transaction() as tx:
        tx.tokens.shorten(number, tx.now)
    with pytest.raises(RefusedError, match="expired"):
        know_pipeline(scene.world, SECRET)
    assert len(scene.log("service_token_refused")) == 1


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE service_token SET expires_at = expires_at + interval '1 day'",
        "UPDATE service_token SET service = 'orders'",
        "UPDATE service_token SET hash = repeat('0', 64)",
        "DELETE FROM service_token",
    ],
)
def test_the_database_itself_lets_none_live_longer_or_speak_for_another(scene: Scene, statement: str) -> None:
    issued(scene)
    with pytest.raises(DBAPIError, match="append-only"), scene.store.transaction() as tx:
        tx.sql.run(statement)
