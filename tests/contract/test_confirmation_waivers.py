"""Who has nobody asked to confirm a service: the same cases in memory and on PostgreSQL."""

from datetime import timedelta

import pytest
from sqlalchemy.exc import DBAPIError

from slipway.domain.errors import NotFoundError
from slipway.ports.store import ReleaseStore
from tests.fakes.release_store import GuardError

DAY = timedelta(days=1)


def give(store: ReleaseStore, service: str = "orders", life: timedelta = DAY, by: str = "mona") -> int:
    with store.transaction() as tx:
        return tx.confirmation_waivers.give(service, by, tx.now + life, "nobody is in").id


def test_what_was_given_stands_until_its_time_is_over(store: ReleaseStore) -> None:
    number = give(store)
    with store.transaction() as tx:
        (waiver,) = tx.confirmation_waivers.standing("orders")
        assert (waiver.id, waiver.by, waiver.reason, waiver.ended_by) == (number, "mona", "nobody is in", None)
        assert waiver.expires_at - waiver.at == DAY
        assert waiver.stands(tx.now)
        assert not waiver.stands(waiver.expires_at)
        assert tx.confirmation_waivers.get(number) == tx.confirmation_waivers.lock(number) == waiver


def test_the_longest_stands_first_and_the_newest_is_listed_first(store: ReleaseStore) -> None:
    first, second, third = give(store), give(store, life=3 * DAY, by="greta"), give(store, life=2 * DAY, by="fiona")
    other = give(store, "forms")
    with store.transaction() as tx:
        assert [one.id for one in tx.confirmation_waivers.standing("orders")] == [second, third, first]
        assert [one.id for one in tx.confirmation_waivers.all()] == [other, third, second, first]


def test_what_is_taken_back_stands_no_more_and_is_kept(store: ReleaseStore) -> None:
    number = give(store)
    with store.transaction() as tx:
        ended = tx.confirmation_waivers.end(number, "rob", "the watch is blind")
    assert (ended.ended_by, ended.ended_because) == ("rob", "the watch is blind")
    with store.transaction() as tx:
        assert tx.confirmation_waivers.standing("orders") == []
        assert tx.confirmation_waivers.all() == [ended]


def test_there_is_none_that_was_over_before_it_began(store: ReleaseStore) -> None:
    with pytest.raises((GuardError, DBAPIError)):
        give(store, life=-DAY)


@pytest.mark.parametrize("number", [0, 7, 2**70])
def test_there_is_none_of_an_unknown_number(store: ReleaseStore, number: int) -> None:
    with store.transaction() as tx, pytest.raises(NotFoundError, match="slipway confirmation list"):
        tx.confirmation_waivers.get(number)
