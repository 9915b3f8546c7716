"""Names those whose changes a release takes along, and calls them, once for each version of it (R14)."""

from slipway.domain import messages
from slipway.domain.authors import wrote_it
from slipway.domain.commits import LONGEST_NAME, CommitsSinceLive
from slipway.domain.policy.decision import Facts
from slipway.domain.release import ChangeKind
from slipway.ports.store import Transaction


def name_authors(tx: Transaction, facts: Facts, commits: CommitsSinceLive | None) -> None:
    """Part of the first question. Of a security release nobody is named: whose work it is says where to look."""
    release, attempt = facts.release, facts.attempt
    if commits is None or not commits.commits or release.kind is ChangeKind.SECURITY:
        return
    names, addresses = [], []
    for commit in commits.authors:
        known = wrote_it(facts.people, commit)
        names.append(known[0].name if len(known) == 1 else " ".join(commit.author.split())[:LONGEST_NAME])
        addresses += [person.email for person in known if person.email]
    tx.tell(messages.announcements.authors(release, attempt.version, commits, names, addresses))
