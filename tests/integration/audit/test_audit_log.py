"""A log that does not hold is paged once, and never called fine."""

import pytest
from sqlalchemy import text

from slipway.adapters.database.stored_log import verify_stored_log
from slipway.domain.errors import RefusedError
from slipway.ports.values import Actor
from slipway.use_cases.audit_log import audit_log
from tests.scene import Scene

TASK = Actor(id="platform", via="task:verify_log")


def append(scene: Scene, *kinds: str) -> None:
    with scene.store.transaction() as tx:
        for kind in kinds:
            tx.log(kind, TASK)


def tamper(scene: Scene, statement: str) -> None:
    with scene.store.engine.begin() as connection:
        connection.execute(text("SET LOCAL session_replication_role = replica"))
        connection.execute(text(statement))


def audit(scene: Scene) -> str:
    return audit_log(scene.store, verify_stored_log(scene.store), TASK)


def pages(scene: Scene) -> list[str]:
    with scene.store.transaction() as tx:
        return [message.text for _, message in tx.outbox.unsent(10) if message.channel == "page"]


def test_a_log_that_holds_is_told_with_its_head(scene: Scene) -> None:
    append(scene, "one", "two")
    assert "unbroken; head" in audit(scene)
    assert pages(scene) == []


@pytest.mark.parametrize(
    ("statement", "what"),
    [
        ("UPDATE log SET actor = 'nobody' WHERE kind = 'two'", "was altered"),
        ("DELETE FROM log WHERE kind = 'two'", "is missing"),
        ("DELETE FROM log WHERE kind = 'three'", "the database counts"),
    ],
)
def test_a_log_that_does_not_hold_fails_the_audit_and_is_paged_once(scene: Scene, statement: str, what: str) -> None:
    append(scene, "one", "two", "three")
    tamper(scene, statement)
    for _ in range(2):
        with pytest.raises(RefusedError, match="does not hold at entry"):
            audit(scene)
    (page,) = pages(scene)
    assert what in page
