"""May this person do that, in this matter? The table of the catalogue, applied (R6, R9, R11)."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from slipway.domain.people import People, Person, TeamRole
from slipway.domain.platform import AuthorityRule, Party


@dataclass(frozen=True, kw_only=True)
class Matter:
    """What an act is about: the owning team, and who already played which part in it."""

    team: str | None
    product_owner: str | None = None
    parties: Mapping[Party, frozenset[str]] = field(default_factory=dict)
    about: str = "this release"
    manager_agrees: bool = False
    """An exception: the person or the authoriser must be a manager (R10)."""

    def ids(self, parties: frozenset[Party]) -> frozenset[str]:
        """Everyone who played any of these parts."""
        return frozenset().union(*(self.parties.get(party, frozenset()) for party in parties))


def in_matter_of(team: str | None, rule: AuthorityRule) -> AuthorityRule:
    """The row as it counts there: in a matter of no team (a hold on all) the same role of any team may."""
    own, any_team = rule.who.own_team, rule.who.any_team
    if team is not None or own is None:
        return rule
    lower = own if any_team is None or any_team.includes(own) else any_team
    return replace(rule, who=replace(rule.who, own_team=None, any_team=lower))


def why_not(rule: AuthorityRule, person: Person | None, matter: Matter, people: People) -> str | None:
    """None if the person may; else the reason in words."""
    if person is None:
        return "this account belongs to nobody in the list of people"
    if not rule.who.admits(person, team=matter.team, product_owner=matter.product_owner):
        return f"{person.name} is none of those who may: {rule.who.describe()}"
    for party in sorted(rule.differs_from):
        if person.id in matter.parties.get(party, frozenset()):
            return f"{person.name} is already {_part(party)} of {matter.about} and must be somebody else"
    if rule.same_as and person.id not in matter.ids(rule.same_as):
        return f"{person.name} must be {' or '.join(_part(party) for party in sorted(rule.same_as))}"
    return _why_not_together(rule, person, matter, people)


def entitled(rule: AuthorityRule, matter: Matter, people: People) -> tuple[str, ...]:
    """Ids of everybody who may, in order."""
    return tuple(sorted(person.id for person in people.by_id.values() if why_not(rule, person, matter, people) is None))


def _why_not_together(rule: AuthorityRule, person: Person, matter: Matter, people: People) -> str | None:
    """What this person and those who decided before must be between them."""
    if matter.manager_agrees and not _a_manager_is_there(person, matter, people):
        return "it is an exception (made by hand, or not tested): one of those who authorise it must be a manager"
    if rule.one_of_own_team and not _own_team_is_there(rule, person, matter, people):
        return f"at least one of the people who authorise must be of the owning team {matter.team}"
    return None


def _own_team_is_there(rule: AuthorityRule, person: Person, matter: Matter, people: People) -> bool:
    if matter.team in person.teams:
        return True
    others = (people.find(other) for other in matter.ids(rule.one_of_own_team))
    return any(other is not None and matter.team in other.teams for other in others)


def _a_manager_is_there(person: Person, matter: Matter, people: People) -> bool:
    others = (people.find(other) for other in matter.ids(frozenset({Party.AUTHORISER})))
    return any(one is not None and one.has_role_anywhere(TeamRole.MANAGER) for one in (person, *others))


def _part(party: Party) -> str:
    return {
        Party.REQUESTER: "a requester",
        Party.AUTHORISER: "the authoriser",
        Party.APPROVER: "an approver",
        Party.AUTHOR: "an author",
    }.get(party, f"the {party.value}")
