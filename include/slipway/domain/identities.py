"""Ids and subjects are never given to somebody else, across all policies that ever were in effect (R27)."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from slipway.domain.people import People


@dataclass(frozen=True, kw_only=True)
class Identity:
    """What one policy called somebody: our id, and what the organisation's sign-in calls them."""

    person: str
    subject: str | None


def reused(known: Iterable[Identity], people: People) -> tuple[str, ...]:
    """In words, each id or subject that would now mean somebody else; a first subject, or none any more, is neither."""
    subjects, owners = defaultdict[str, set[str]](set), defaultdict[str, set[str]](set)
    for one in known:
        if one.subject is not None:
            subjects[one.person].add(one.subject)
            owners[one.subject].add(one.person)
    return tuple(_reused(subjects, owners, people))


def _reused(subjects: Mapping[str, set[str]], owners: Mapping[str, set[str]], people: People) -> Iterator[str]:
    for person in sorted(people.by_id.values(), key=lambda one: one.id):
        if person.subject is None:
            continue
        was = subjects.get(person.id, set())
        if was and person.subject not in was:
            yield f"{person.id} was {' and '.join(sorted(was))} at the organisation's sign-in, not {person.subject}"
        others = owners.get(person.subject, set()) - {person.id}
        if others:
            yield f"{person.subject}, the subject of {person.id}, was {' and '.join(sorted(others))}"
