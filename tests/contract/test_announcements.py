"""What was told beforehand, who got it and who has seen it: the same cases in memory and on PostgreSQL."""

from datetime import datetime, timedelta

import pytest
from sqlalchemy.exc import DBAPIError

from slipway.domain.announcement import Acknowledgement, Announcement, announcement_key
from slipway.domain.message import Message
from slipway.domain.people import Person
from slipway.domain.release import ChangeKind
from slipway.domain.service import StageRole
from slipway.ports.messages import Receipt
from slipway.ports.store import ReleaseStore
from slipway.ports.values import NewRelease
from tests.contract.conftest import on_postgresql

LENA, RITA = (Person(id=name.lower(), name=name) for name in ("Lena", "Rita"))
SLACK, FILE = "slack:C0DEPLOY", "file"
NEW = NewRelease(
    service="orders",
    team="ordering",
    kind=ChangeKind.STANDARD,
    summary="takes more orders",
    rollback_plan="back",
    to=StageRole.PROD,
    requested_by="rita",
    ticket=None,
    fixes=None,
    product_owner=None,
    extra={"problematic": "true"},
)


@pytest.fixture
def release(store: ReleaseStore) -> str:
    with store.transaction() as tx:
        return tx.releases.create(NEW).id


def tell(store: ReleaseStore, release: str, version: str = "1.0") -> datetime:
    """When it was told."""
    with store.transaction() as tx:
        tx.tell(Message(key=announcement_key(release, version), channel="deploy", text="look out"))
        return tx.now


def send(store: ReleaseStore, *ways: str) -> None:
    with store.transaction() as tx:
        for number, _ in tx.outbox.unsent(10):
            tx.outbox.route(number, ways)


def arrives(store: ReleaseStore, way: str) -> datetime:
    """When it did."""
    with store.transaction() as tx:
        claim = tx.deliveries.claim(way)
        assert claim is not None
        tx.deliveries.delivered(claim, Receipt())
        return tx.now


def fails(store: ReleaseStore, way: str, problem: str, *, given_up: bool = False) -> None:
    with store.transaction() as tx:
        claim = tx.deliveries.claim(way)
        assert claim is not None
        tx.deliveries.failed(claim, problem, timedelta(), in_doubt=True, refused=True)
        if given_up:
            tx.deliveries.give_up(claim.number, way)


def found(store: ReleaseStore, release: str, version: str = "1.0") -> Announcement:
    with store.transaction() as tx:
        announcement = tx.announcements.find(release, version)
    assert announcement is not None
    return announcement


def test_what_was_not_told_is_not_there(store: ReleaseStore, release: str) -> None:
    tell(store, release, "1.1")
    with store.transaction() as tx:
        assert tx.announcements.find(release, "1.0") is None
        assert tx.announcements.find("r99", "1.1") is None


def test_it_is_told_once_and_has_reached_nobody_at_first(store: ReleaseStore, release: str) -> None:
    at = tell(store, release)
    tell(store, release)
    assert found(store, release) == Announcement(told_at=at)


def test_it_has_reached_people_when_it_first_arrived(store: ReleaseStore, release: str) -> None:
    tell(store, release)
    send(store, FILE, SLACK, "email:a@example.gov.uk")
    arrives(store, FILE)
    assert found(store, release).delivered is None
    at = arrives(store, SLACK)
    arrives(store, "email:a@example.gov.uk")
    first = found(store, release).delivered
    assert first is not None
    assert first.at == at


def test_what_failed_says_why_and_counts_for_nothing(store: ReleaseStore, release: str) -> None:
    tell(store, release)
    send(store, SLACK)
    fails(store, SLACK, "no answer")
    assert (found(store, release).delivered, found(store, release).problem) == (None, f"{SLACK}: no answer")


def test_what_was_given_up_is_said_to_be(store: ReleaseStore, release: str) -> None:
    tell(store, release)
    send(store, SLACK)
    fails(store, SLACK, "msg_too_long", given_up=True)
    assert found(store, release).problem == f"{SLACK}: msg_too_long, given up"


def test_who_has_seen_it_is_kept_once_with_name_and_time_for_that_version(store: ReleaseStore, release: str) -> None:
    for version in ("1.0", "1.1"):
        tell(store, release, version)
    with store.transaction() as tx:
        tx.announcements.acknowledge(release, "1.0", LENA, "we watch it")
        at = tx.now
    with store.transaction() as tx:
        tx.announcements.acknowledge(release, "1.0", LENA, "a second thought")
        tx.announcements.acknowledge(release, "1.1", RITA, "")
    seen = found(store, release).acknowledged
    assert seen == (Acknowledgement(person="lena", name="Lena", at=at, comment="we watch it"),)
    assert [one.person for one in found(store, release, "1.1").acknowledged] == ["rita"]


@pytest.mark.parametrize("statement", ["UPDATE acknowledgement SET person = 'mona'", "DELETE FROM acknowledgement"])
def test_what_somebody_acknowledged_stays(request: pytest.FixtureRequest, statement: str) -> None:
    with on_postgresql(request) as store:
        with store.transaction() as tx:
            tx.announcements.acknowledge(tx.releases.create(NEW).id, "1.0", LENA, "")
        with pytest.raises(DBAPIError, match="append-only"), store.transaction() as tx:
            tx.sql.run(statement)
