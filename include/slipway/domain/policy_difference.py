"""What two policies say differently: in lines for people, and for which service and environment it matters."""

from collections.abc import Iterator, Mapping

from slipway.domain.governed import Governed, Ownership
from slipway.domain.json_value import JsonObject, JsonValue, canonical
from slipway.domain.people import People, Person
from slipway.domain.platform import duties_of
from slipway.domain.policy_hash import effective_policy


def differences(before: Governed, after: Governed) -> tuple[str, ...]:
    """One line for each thing that is added, removed or changed, by its path; empty where nothing differs."""
    return tuple(_between("", before.plain, after.plain))


def touched(before: Governed, after: Governed, service: str, environment: str) -> tuple[str, ...]:
    """What decides about this service there and differs; windows, other teams and other services are not looked at.

    A service whose file is gone, as one whose file is broken, is what the policy in effect says: it holds back nobody.
    """
    old, new = before.services.get(service), after.services.get(service)
    if old is None:
        return (f"{service} is not in the policy in effect",)
    if before is after:
        return ()
    new = new or old
    found = _owners(old, new)
    if effective_policy(before.platform, old.team, environment) != effective_policy(
        after.platform, old.team, environment
    ):
        found += (f"the rules for {environment}",)
    changed = sorted(_who_differs(before.people, after.people, frozenset({old.team, new.team}), new.product_owner))
    return (*found, f"people of its team ({', '.join(changed)})") if changed else found


def _between(path: str, before: JsonValue, after: JsonValue) -> Iterator[str]:
    if before == after:
        return
    if not (isinstance(before, Mapping) and isinstance(after, Mapping)):
        yield f"{path}: {_shown(before)} -> {_shown(after)}"
        return
    for name in sorted(before.keys() | after.keys()):
        inner = f"{path}.{name}".removeprefix(".")
        if name not in before:
            yield f"{inner}: added, {_shown(after[name])}"
        elif name not in after:
            yield f"{inner}: removed, was {_shown(before[name])}"
        else:
            yield from _between(inner, before[name], after[name])


def _shown(value: JsonValue) -> str:
    return value if isinstance(value, str) else canonical(value)


def _owners(old: Ownership, new: Ownership) -> tuple[str, ...]:
    team = (f"its team ({old.team} -> {new.team})",) if old.team != new.team else ()
    if old.product_owner == new.product_owner:
        return team
    return (*team, f"its product owner ({old.product_owner or 'none'} -> {new.product_owner or 'none'})")


def _who_differs(before: People, after: People, teams: frozenset[str], owner: str | None) -> Iterator[str]:
    for person in before.by_id.keys() | after.by_id.keys():
        old, new = (_standing(people.find(person), teams, person == owner) for people in (before, after))
        if old != new:
            yield person


def _standing(person: Person | None, teams: frozenset[str], owns: bool) -> JsonObject | None:
    """What the person is to these teams; None for somebody who is nothing to them."""
    mine = {} if person is None else {team: role for team, role in person.teams.items() if team in teams}
    if person is None or not (mine or owns):
        return None
    return {"teams": mine, "duties": duties_of(person)}
