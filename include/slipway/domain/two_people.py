"""Acts that need two people: whether somebody may be one of them, and whether two together satisfy the row."""

from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from slipway.domain.authority import Matter, why_not
from slipway.domain.json_value import JsonObject
from slipway.domain.people import People
from slipway.domain.platform import Action, AuthorityRule, Eligibility


class PendingState(StrEnum):
    """What became of an act that a first person asked for."""

    WAITING = "waiting"
    EFFECTIVE = "effective"
    EXPIRED = "expired"


@dataclass(frozen=True, kw_only=True)
class PendingAct:
    """What a first person asked for; it takes effect when a second one agrees in time."""

    id: int
    action: Action
    parameters: JsonObject
    reason: str
    first: str
    state: PendingState
    asked_at: datetime
    expires_at: datetime
    second: str | None
    ended_at: datetime | None
    result: str


def why_not_one_of_two(rule: AuthorityRule, person_id: str, matter: Matter, people: People) -> str | None:
    """None if the person may be one of the two, whichever; else the reason in words."""
    person = people.find(person_id)
    if person is None:
        return why_not(rule, person, matter, people)
    meant = [s for s in _sides(rule) if s.who.admits(person, team=matter.team, product_owner=matter.product_owner)]
    if not meant:
        return f"{person.name} is none of those who may: {needed(rule)}"
    reasons = [why_not(side, person, matter, people) for side in meant]
    return None if None in reasons else reasons[0]


def why_not_these_two(rule: AuthorityRule, first: str, second: str, matter: Matter, people: People) -> str | None:
    """None if both together satisfy the row, in either order; else the reason in words."""
    if first == second:
        return f"{first} asked for it: another person must second it"
    for person_id in (second, first):
        reason = why_not_one_of_two(rule, person_id, matter, people)
        if reason is not None:
            return reason
    ours, theirs = _sides(rule)
    for one, other in ((first, second), (second, first)):
        reasons = (why_not(ours, people.find(one), matter, people), why_not(theirs, people.find(other), matter, people))
        if reasons == (None, None):
            return None
    return f"{first} and {second} are not the two it takes: {needed(rule)}"


def needed(rule: AuthorityRule) -> str:
    """Both kinds of people, in words."""
    ours, theirs = _sides(rule)
    return f"{ours.who.describe()}; and another person: {theirs.who.describe()}"


def _sides(rule: AuthorityRule) -> tuple[AuthorityRule, AuthorityRule]:
    """The row as each of the two must satisfy it; a row without a second admits nobody there."""
    return rule, replace(rule, who=rule.second or Eligibility())
