"""The release log: append-only, chained by the database, and hashed the same by our own code."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine, text
from sqlalchemy.exc import DBAPIError

from slipway.adapters.database.log_reader import read_log
from slipway.adapters.database.rows import UnstorableTextError
from slipway.adapters.database.transaction import DatabaseStore
from slipway.domain.json_value import canonical
from slipway.domain.log_entry import LogEntry, entry_hash, verify_chain
from slipway.ports.values import Actor

ME = Actor(id="rita", via="cli")
AWKWARD = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00"), max_size=30)


def entries(store: DatabaseStore) -> list[LogEntry]:
    with store.transaction() as tx:
        return list(read_log(tx.sql))


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE log SET actor = 'somebody else'",
        "DELETE FROM log",
        "TRUNCATE log",
        "DELETE FROM log_head",
        "TRUNCATE log_head",
        "UPDATE log_head SET seq = 0, hash = repeat('0', 64)",
        "UPDATE policy SET activated_by = 'me'",
        "DELETE FROM policy",
        "TRUNCATE policy CASCADE",
        "TRUNCATE policy_proposal",
        "TRUNCATE catalogue_seen",
        'TRUNCATE "grant"',
        "TRUNCATE permit CASCADE",
    ],
)
def test_history_cannot_be_rewritten(engine: Engine, statement: str) -> None:
    store = DatabaseStore(engine)
    with store.transaction() as tx:
        tx.log("hold_placed", ME)
        tx.sql.run("INSERT INTO policy (digest, platform, people, activated_by) VALUES ('d', '{}', '{}', 'mona')")
    with pytest.raises(DBAPIError, match="append-only"), engine.begin() as connection:
        connection.execute(text(statement))
    assert [entry.kind for entry in entries(store)] == ["hold_placed"]


def test_the_database_numbers_and_chains_whatever_a_writer_claims(engine: Engine) -> None:
    with engine.begin() as connection:
        statement = """INSERT INTO log (seq, at, kind, actor, via, payload, prev_hash, hash)
            VALUES (77, '1999-01-01', 'claim', 'me', 'sql', '{}', 'x', 'y')"""
        connection.execute(text(statement))
    (entry,) = entries(DatabaseStore(engine))
    assert entry.seq == 1
    assert not entry.at.startswith("1999")
    assert entry.hash == entry_hash(entry)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(kind=AWKWARD, actor=AWKWARD, service=st.none() | AWKWARD, message=AWKWARD)
def test_our_hash_is_the_databases_for_any_text(
    engine: Engine, kind: str, actor: str, service: str | None, message: str
) -> None:
    store = DatabaseStore(engine)
    with store.transaction() as tx:
        tx.log(kind, Actor(id=actor, via="'\"\\\n"), service=service, payload={"message": message})
    last = entries(store)[-1]
    assert (last.kind, last.actor, last.service) == (kind, actor, service)
    assert last.payload == canonical({"message": message})
    assert entry_hash(last) == last.hash


@pytest.mark.parametrize("bad", ["a\x00b", "half a pair: \ud83d"])
def test_a_text_that_cannot_be_stored_is_refused_clearly_and_whole(engine: Engine, bad: str) -> None:
    store = DatabaseStore(engine)
    with pytest.raises(UnstorableTextError, match="actor contains"), store.transaction() as tx:  # noqa: PT012
        tx.log("fine", ME)
        tx.log("bad", Actor(id=bad, via="cli"))
    assert entries(store) == []


@pytest.mark.parametrize("bad", ["\x00", "\ud83d"])
def test_half_a_pair_or_a_nul_inside_json_is_refused_clearly_too(engine: Engine, bad: str) -> None:
    from slipway.domain.message import Link, Message  # noqa: PLC0415

    with pytest.raises(UnstorableTextError, match="JSON"), DatabaseStore(engine).transaction() as tx:
        tx.tell(Message(key="k", channel="deploy", text="t", link=Link(label=bad, url="u")))


def test_writers_at_once_with_rollbacks_in_between_leave_no_gap(engine: Engine) -> None:
    store = DatabaseStore(engine)

    def write(writer: int) -> None:
        for number in range(12):
            try:
                with store.transaction() as tx:
                    tx.log("written", Actor(id=f"w{writer}", via="test"), payload={"number": number})
                    tx.log("written", Actor(id=f"w{writer}", via="test"))
                    if number % 3 == 0:
                        tx.flush_log()
                        raise InterruptedError  # noqa: TRY301 - what rolls back is the point
            except InterruptedError:
                continue

    with ThreadPoolExecutor(6) as pool:
        list(pool.map(write, range(6)))
    written = entries(store)
    assert len(written) == 6 * 8 * 2
    assert verify_chain(written).broken is None
    assert [entry.at for entry in written] == sorted(entry.at for entry in written)


def test_reading_on_from_an_entry_gives_the_rest(engine: Engine) -> None:
    store = DatabaseStore(engine)
    for _ in range(3):
        with store.transaction() as tx:
            tx.log("written", ME)
    everything = entries(store)
    with store.transaction() as tx:
        rest = list(read_log(tx.sql, after_seq=1))
    assert rest == everything[1:]
    assert verify_chain(rest, after_seq=1, after_hash=everything[0].hash).broken is None
    assert verify_chain([replace(everything[0], actor="x"), *rest]).broken is not None
