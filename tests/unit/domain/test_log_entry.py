"""Whatever is done to a chain of entries is found."""

from dataclasses import fields, replace
from typing import Any

from hypothesis import assume, given
from hypothesis import strategies as st

from slipway.domain.log_entry import GENESIS, LogEntry, entry_hash, verify_chain

texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=12)
FIELDS = [field.name for field in fields(LogEntry)]


@st.composite
def chains(draw: st.DrawFn) -> list[LogEntry]:
    """Two to six entries, rightly chained."""
    chain: list[LogEntry] = []
    for seq in range(1, draw(st.integers(2, 6)) + 1):
        entry = LogEntry(
            seq=seq,
            at="2026-11-22T00:00:00.000000Z",
            kind=draw(texts),
            release_id=draw(st.none() | texts),
            attempt=draw(st.none() | texts),
            service=draw(st.none() | texts),
            environment=draw(st.none() | texts),
            actor=draw(texts),
            via=draw(texts),
            payload=draw(texts),
            prev_hash=chain[-1].hash if chain else GENESIS,
            hash="",
        )
        chain.append(replace(entry, hash=entry_hash(entry)))
    return chain


@given(chains())
def test_a_chain_left_alone_holds(chain: list[LogEntry]) -> None:
    found = verify_chain(chain)
    assert found.broken is None
    assert (found.entries, found.head_seq, found.head_hash) == (len(chain), len(chain), chain[-1].hash)


@given(chain=chains(), data=st.data())
def test_any_change_of_any_field_is_found_at_its_entry(chain: list[LogEntry], data: st.DataObject) -> None:
    at = data.draw(st.integers(0, len(chain) - 1))
    name = data.draw(st.sampled_from(FIELDS))
    before = getattr(chain[at], name)
    after = data.draw(st.integers(-5, 50) if name == "seq" else st.none() | texts if before is None else texts)
    assume(after != before)
    altered: dict[str, Any] = {name: after}
    chain[at] = replace(chain[at], **altered)
    found = verify_chain(chain)
    assert found.broken is not None
    assert found.entries == at


@given(chain=chains(), data=st.data())
def test_a_removed_entry_is_found_unless_it_was_the_last(chain: list[LogEntry], data: st.DataObject) -> None:
    at = data.draw(st.integers(0, len(chain) - 2))
    head = chain[-1].hash
    del chain[at]
    assert verify_chain(chain).broken is not None
    cut = verify_chain(chain[:at])
    assert cut.head_hash != head, "a cut end shows by the head that was published"


@given(chain=chains(), data=st.data())
def test_an_inserted_entry_is_found(chain: list[LogEntry], data: st.DataObject) -> None:
    at = data.draw(st.integers(0, len(chain) - 1))
    chain.insert(at, replace(chain[at], actor=chain[at].actor + "x"))
    assert verify_chain(chain).broken is not None


@given(chain=chains(), data=st.data())
def test_swapped_entries_are_found(chain: list[LogEntry], data: st.DataObject) -> None:
    first, second = data.draw(st.permutations(range(len(chain))))[:2]
    chain[first], chain[second] = chain[second], chain[first]
    assert verify_chain(chain).broken is not None


@given(chain=chains(), data=st.data())
def test_a_rewritten_and_rehashed_entry_breaks_the_next(chain: list[LogEntry], data: st.DataObject) -> None:
    at = data.draw(st.integers(0, len(chain) - 2))
    forged = replace(chain[at], payload=chain[at].payload + "x")
    chain[at] = replace(forged, hash=entry_hash(forged))
    found = verify_chain(chain)
    assert found.broken is not None
    assert found.broken.seq == at + 2


@given(
    first=st.lists(st.none() | texts, min_size=8, max_size=8),
    second=st.lists(st.none() | texts, min_size=8, max_size=8),
)
def test_no_two_entries_read_alike(first: list[str | None], second: list[str | None]) -> None:
    assume(first != second)
    names = [name for name in FIELDS if name not in {"seq", "at", "prev_hash", "hash"}]
    empty = LogEntry(**{**dict.fromkeys(FIELDS, ""), "seq": 1})  # type: ignore[arg-type]
    one, other = (replace(empty, **dict(zip(names, values, strict=True))) for values in (first, second))  # type: ignore[arg-type]
    assert entry_hash(one) != entry_hash(other)
