"""What a person may do after a change of the authority table that they may not do before it (R26)."""

from collections.abc import Iterable, Iterator

from slipway.domain.authority import Matter, entitled
from slipway.domain.gained_roles import gained_roles
from slipway.domain.governed import Governed
from slipway.domain.people import Person
from slipway.domain.platform import Action, AuthorityRule, Duty, Eligibility, Party, duties_of

EVERYWHERE = "everywhere"


def gained_rights(before: Governed, after: Governed, person_id: str) -> tuple[str, ...]:
    """Each row that becomes wider for the person as they are before it; what they become is `gained_roles`' matter."""
    person = before.people.find(person_id)
    if person is None:
        return ()
    return tuple(
        f"{action}: {gain}"
        for action in Action
        for gain in _gained(person, before.platform.rule(action), after.platform.rule(action), _owned(person, before))
    )


def gains_of_activators(before: Governed, after: Governed, proposers: Iterable[str]) -> dict[str, tuple[str, ...]]:
    """Everybody who may activate `after` and becomes nothing by it, each with the rights that they gain."""
    matter = Matter(team=None, parties={Party.PROPOSER: frozenset(proposers)})
    may = entitled(before.platform.rule(Action.ACTIVATE_POLICY), matter, before.people)
    return {one: gained_rights(before, after, one) for one in may if not gained_roles(before, after, one)}


def _gained(person: Person, old: AuthorityRule, new: AuthorityRule, owned: frozenset[str]) -> Iterator[str]:
    alone_before, alone = (_where(rule.who, person, owned) for rule in (old, new))
    yield from _wider(alone_before, alone)
    if new.second is not None:
        second_before = alone_before | (_where(old.second, person, owned) if old.second else frozenset())
        yield from (
            f"as the second person, {where}" for where in _wider(second_before, _where(new.second, person, owned))
        )
    if alone_before and alone:
        yield from _loosened(old, new)


def _loosened(old: AuthorityRule, new: AuthorityRule) -> Iterator[str]:
    """What no longer holds somebody back who may, before and after."""
    for party in sorted(old.differs_from - new.differs_from):
        yield f"also as the {party}"
    if old.same_as and not (new.same_as and new.same_as <= old.same_as):
        yield f"not only as the {' or '.join(sorted(old.same_as))}"
    if old.one_of_own_team and not (new.one_of_own_team and new.one_of_own_team <= old.one_of_own_team):
        yield "without somebody of the owning team"
    if old.second is not None and new.second is None:
        yield "without a second person"
    if old.reason_required and not new.reason_required:
        yield "without a reason"
    if old.gains_nothing and not new.gains_nothing:
        yield "also where they gain by it"


def _where(who: Eligibility, person: Person, owned: frozenset[str]) -> frozenset[str]:
    """The teams and services in whose matters the person is meant."""
    by_role = who.any_team is not None and person.has_role_anywhere(who.any_team)
    if by_role or who.also & duties_of(person):
        return frozenset({EVERYWHERE})
    teams = {f"for team {team}" for team in person.teams if who.own_team and person.has_role(team, who.own_team)}
    products = {f"as product owner of {service}" for service in owned if Duty.PRODUCT_OWNER in who.also}
    return frozenset(teams | products)


def _wider(before: frozenset[str], after: frozenset[str]) -> Iterator[str]:
    if EVERYWHERE not in before:
        yield from sorted(after - before)


def _owned(person: Person, policy: Governed) -> frozenset[str]:
    return frozenset(name for name, owner in policy.services.items() if owner.product_owner == person.id)
