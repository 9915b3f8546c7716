"""What a person would be after a change of policy that they are not before: who activates it gains nothing (R26)."""

from collections.abc import Iterator

from slipway.domain.governed import Governed
from slipway.domain.people import Person
from slipway.domain.platform import duties_of

_NOBODY = Person(id="", name="")


def gained_roles(before: Governed, after: Governed, person_id: str) -> tuple[str, ...]:
    """Each role, duty or service gained, in words; a service that is new to the platform is nobody's gain."""
    return tuple(_gained(before, after, person_id))


def _gained(before: Governed, after: Governed, person_id: str) -> Iterator[str]:
    old, new = (policy.people.find(person_id) or _NOBODY for policy in (before, after))
    for team, role in sorted(new.teams.items()):
        if not old.has_role(team, role):
            yield f"{role.value} of team {team}"
    for duty in sorted(duties_of(new) - duties_of(old)):
        yield duty.value.replace("_", " ")
    yield from _other_accounts(old, new, after)
    for service, owner in sorted(after.services.items()):
        was = before.services.get(service)
        if owner.product_owner == person_id and (was is None or was.product_owner != person_id):
            yield f"product owner of {service}"
        if was is not None and owner.team != was.team and owner.team in new.teams:
            role = new.teams[owner.team]
            if not old.has_role(was.team, role):
                yield f"{role.value} for {service}, which moves to team {owner.team}"


def _other_accounts(old: Person, new: Person, after: Governed) -> Iterator[str]:
    """Signing in as somebody else: their subject becomes the person's, or the person's becomes theirs."""
    if old.subject != new.subject:
        yield f"another subject at the organisation's sign-in ({new.subject})"
    others = [other for other in after.people.by_id.values() if other.id != new.id]
    if old.subject is not None:
        yield from (f"signing in as {other.id}" for other in others if other.subject == old.subject)
