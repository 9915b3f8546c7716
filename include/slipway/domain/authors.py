"""Which of our people wrote a commit, as far as names and addresses say."""

from slipway.domain.commits import Commit
from slipway.domain.people import People, Person


def wrote_it(people: People, commit: Commit) -> tuple[Person, ...]:
    """Everybody of the commit's mail address or, for histories that know accounts only, of that name or id."""
    named, address = commit.author.strip().casefold(), commit.email.strip().casefold()
    return tuple(
        person
        for person in people.by_id.values()
        if named in {person.id.casefold(), person.name.casefold()}
        or (address and person.email and person.email.casefold() == address)
    )
