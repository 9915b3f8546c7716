"""One transaction: all or nothing, and a clear word when the database is away."""

import time
from pathlib import Path

import pytest
from sqlalchemy import text

from slipway.adapters.database import codec
from slipway.adapters.database.engine import make_engine
from slipway.adapters.database.transaction import DatabaseStore
from slipway.domain.errors import DatabaseUnavailableError, NotFoundError, Remedy
from slipway.domain.message import Message
from slipway.domain.people import People
from slipway.ports.values import Actor
from tests.builders import people, platform_rules
from tests.scene import Scene


def test_what_raises_leaves_nothing_behind(scene: Scene) -> None:
    before = counts(scene)
    with pytest.raises(NotFoundError), scene.store.transaction() as tx:  # noqa: PT012
        tx.records.place_hold("all", None, "an audit", "lena", None, None)
        tx.tell(Message(key="k", channel="deploy", text="held"))
        tx.log("hold_placed", Actor(id="lena", via="cli"))
        tx.releases.lock_attempt("r0.1")
    assert counts(scene) == before


def counts(scene: Scene) -> list[int]:
    with scene.store.transaction() as tx:
        return [tx.sql.value(f"SELECT count(*) FROM {table}") for table in ("hold", "outbox", "log")]  # noqa: S608


def test_a_server_that_is_away_is_said_and_to_be_tried_again(tmp_path: Path) -> None:
    store = DatabaseStore(make_engine(f"postgresql+psycopg2://nobody@/none?host={tmp_path}"))
    with pytest.raises(DatabaseUnavailableError) as caught, store.transaction():
        pass
    assert caught.value.remedy is Remedy.RETRY


def test_a_connection_that_is_cut_in_the_middle_is_the_same(scene: Scene) -> None:
    with pytest.raises(DatabaseUnavailableError), scene.store.transaction() as tx:  # noqa: PT012
        tx.records.place_hold("all", None, "an audit", "lena", None, None)
        own = tx.sql.value("SELECT pg_backend_pid()")
        with scene.store.engine.begin() as other:
            other.execute(text("SELECT pg_terminate_backend(:pid)"), {"pid": own})
        time.sleep(0.05)
        tx.records.place_hold("all", None, "another", "lena", None, None)
    assert counts(scene)[0] == 0


def test_waiting_too_long_for_somebody_else_is_to_be_tried_again(scene: Scene) -> None:
    attempt = scene.opened()
    with scene.store.transaction() as tx:
        tx.releases.lock_attempt(attempt.id)
        busy = pytest.raises(DatabaseUnavailableError, match="others worked on the same rows")
        with busy, scene.store.transaction() as other:
            other.sql.run("SET LOCAL lock_timeout = '50ms'")
            other.releases.lock_attempt(attempt.id)


def test_before_the_first_activation_no_policy_is_in_effect(scene: Scene) -> None:
    with scene.store.engine.begin() as connection:
        connection.execute(text("SET LOCAL session_replication_role = replica"))
        connection.execute(text("DELETE FROM policy"))
    with pytest.raises(NotFoundError, match="no policy is in effect"), scene.store.transaction() as tx:
        tx.policy()


def test_the_newest_policy_counts_at_once_everywhere(scene: Scene) -> None:
    other = DatabaseStore(scene.store.engine)
    with other.transaction() as tx:
        assert tx.policy().people == people()
    scene.activate(platform_rules(dev_slots=2), People(by_id={}))
    with other.transaction() as tx:
        assert (tx.policy().people.by_id, tx.policy().platform.dev_slots) == ({}, 2)


def test_an_activation_that_was_rolled_back_never_counts(scene: Scene) -> None:
    with pytest.raises(InterruptedError), scene.store.transaction() as tx:  # noqa: PT012
        tx.policies.activate(scene.governed(platform_rules(dev_slots=9), people()), "mona", "why")
        assert tx.policy().platform.dev_slots == 9
        raise InterruptedError
    with scene.store.transaction() as tx:
        assert tx.policy().platform.dev_slots == 4


def test_rules_and_people_come_back_as_they_were_stored() -> None:
    import json  # noqa: PLC0415

    assert codec.platform(json.loads(json.dumps(codec.dump(platform_rules())))) == platform_rules()
    assert codec.people(json.loads(json.dumps(codec.dump(people())))) == people()
