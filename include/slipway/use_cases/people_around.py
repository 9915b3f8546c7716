"""Who is around a release: the team it is asked for on behalf of, who attends it, which support it waits for (R21)."""

from dataclasses import dataclass

from slipway.domain.errors import NotFoundError, RefusedError
from slipway.domain.service import Service
from slipway.ports.store import Transaction
from slipway.ports.values import Actor, PolicyInEffect


@dataclass(frozen=True, kw_only=True)
class Around:
    """As kept with the release. `for_team` None: somebody of the owning team asks."""

    for_team: str | None
    attended_by: str | None
    booking: int | None


def people_around(
    tx: Transaction,
    policy: PolicyInEffect,
    service: Service,
    actor: Actor,
    *,
    for_team: str | None,
    attended_by: str | None,
    support: str | None,
) -> Around:
    """What the request names, known to be right. Raises RefusedError."""
    return Around(
        for_team=_for_team(policy, service, actor, for_team),
        attended_by=_attended_by(policy, attended_by),
        booking=_booking(tx, service, support),
    )


def _for_team(policy: PolicyInEffect, service: Service, actor: Actor, named: str | None) -> str | None:
    """Whoever is not of the owning team acts on its behalf, said or not; another team owns nothing of it."""
    if named is not None and named != service.team:
        message = f"{service.name} belongs to team {service.team}, so nothing of it is released for {named}"
        raise RefusedError("not_of_that_team", message)
    person = policy.people.find(actor.id)
    outside = person is not None and service.team not in person.teams
    return service.team if named is not None or outside else None


def _attended_by(policy: PolicyInEffect, named: str | None) -> str | None:
    if named is not None and policy.people.find(named) is None:
        message = "who attends the release must be somebody of people.yaml, by sign-in name: nobody there has this one"
        raise RefusedError("attendant_unknown", message)
    return named


def _booking(tx: Transaction, service: Service, named: str | None) -> int | None:
    if named is None:
        return None
    try:
        booking = tx.bookings.lock(int(named))
    except (ValueError, NotFoundError) as error:
        message = "there is no support of this number: `slipway support list` has what is booked"
        raise RefusedError("support_unknown", message) from error
    if booking.service != service.name:
        raise RefusedError("support_unknown", f"{booking}, was booked for {booking.service}, not for {service.name}")
    if booking.ends <= tx.now:
        raise RefusedError("support_over", f"{booking}, is over: book another time")
    return booking.id
