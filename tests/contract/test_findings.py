"""What was said of an unauthorised change: the same cases in memory and on PostgreSQL."""

import pytest
from sqlalchemy.exc import DBAPIError

from slipway.domain.errors import NotFoundError
from slipway.domain.open_finding import LoggedFinding
from slipway.ports.store import ReleaseStore
from slipway.ports.values import Actor
from tests.contract.conftest import on_postgresql
from tests.fakes.release_store import GuardError

ROOT = Actor(id="root", via="airflow_cli")


def find(store: ReleaseStore, what: str = "a run was cleared") -> int:
    """Its number; another entry comes before it."""
    with store.transaction() as tx:
        tx.log("cross_checked", ROOT, payload={})
        tx.log("unauthorised_change", ROOT, service="orders", payload={"what": what})
    with store.transaction() as tx:
        return tx.findings.newest(open_only=False, limit=1)[0].seq


def explain(store: ReleaseStore, seq: int, by: str = "sam", because: str = "a script") -> None:
    with store.transaction() as tx:
        tx.findings.explain(seq, by, because)


def close(store: ReleaseStore, seq: int, by: str = "mona") -> None:
    with store.transaction() as tx:
        tx.findings.close(seq, by, "the script is gone")


def known(store: ReleaseStore, seq: int) -> LoggedFinding:
    with store.transaction() as tx:
        return tx.findings.lock(seq)


def listed(store: ReleaseStore, *, open_only: bool = True, limit: int = 50) -> list[int]:
    with store.transaction() as tx:
        return [one.seq for one in tx.findings.newest(open_only=open_only, limit=limit)]


def test_it_is_the_log_entry_and_nothing_was_said_of_it_at_first(store: ReleaseStore) -> None:
    found = known(store, find(store))
    assert (found.what, found.entry.actor, found.entry.via, found.entry.service) == (
        *("a run was cleared", "root", "airflow_cli"),
        "orders",
    )
    assert (found.explanations, found.closed) == ((), None)


def test_other_entries_and_none_at_all_are_no_findings(store: ReleaseStore) -> None:
    seq = find(store)
    for other in (seq - 1, seq + 1):
        with pytest.raises(NotFoundError, match="no unauthorised change"):
            known(store, other)


def test_explanations_are_kept_in_order_until_it_is_closed(store: ReleaseStore) -> None:
    seq = find(store)
    explain(store, seq)
    explain(store, seq, "sue", "a script, of the night before")
    explain(store, seq, "sam", "so it is")
    close(store, seq)

    found = known(store, seq)
    assert [said.because for said in found.explanations] == ["a script", "a script, of the night before", "so it is"]
    assert found.explained_by == ("sam", "sue")
    assert found.closed is not None
    assert (found.closed.person, found.closed.because) == ("mona", "the script is gone")


def test_those_that_are_closed_are_listed_only_where_all_are(store: ReleaseStore) -> None:
    first, second, third = (find(store, f"change {n}") for n in range(3))
    explain(store, second)
    close(store, second)

    assert listed(store) == [first, third]
    assert listed(store, limit=1) == [third]
    assert listed(store, open_only=False) == [first, second, third]
    assert listed(store, open_only=False, limit=2) == [second, third]


def test_it_is_not_closed_before_it_is_explained_by_who_explained_it_or_twice(store: ReleaseStore) -> None:
    seq = find(store)
    refused = (GuardError, DBAPIError)
    with pytest.raises(refused):
        close(store, seq)
    explain(store, seq, "mona")
    with pytest.raises(refused):
        close(store, seq, "mona")
    close(store, seq, "mike")
    with pytest.raises(refused):
        close(store, seq, "milan")
    with pytest.raises(refused):
        explain(store, seq)
    assert known(store, seq).explained_by == ("mona",)


def test_what_is_no_finding_is_not_explained(store: ReleaseStore) -> None:
    seq = find(store)
    with pytest.raises((GuardError, DBAPIError)):
        explain(store, seq - 1)


@pytest.mark.parametrize(
    "statement", ["UPDATE finding_said SET person = 'mike'", "DELETE FROM finding_said", "TRUNCATE finding_said"]
)
def test_what_was_said_is_never_changed(request: pytest.FixtureRequest, statement: str) -> None:
    with on_postgresql(request) as store:
        explain(store, find(store))
        with pytest.raises(DBAPIError, match="append-only"), store.transaction() as tx:
            tx.sql.run(statement)
