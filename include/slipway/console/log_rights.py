"""Who may read which part of the log: everything for some, one's own team's releases for the others."""

from slipway.adapters.database.overview import Overview
from slipway.domain.authority import Matter, why_not
from slipway.domain.errors import RefusedError
from slipway.domain.platform import Action
from slipway.ports.values import PolicyInEffect


def refuse_strangers_to_the_log(
    policy: PolicyInEffect, overview: Overview, person_id: str, release_id: str | None, service: str | None
) -> None:
    """Raises RefusedError for who may not read what these filters leave."""
    person = policy.people.find(person_id)
    rule = policy.platform.rule(Action.READ_EVERYTHING)
    refusal = why_not(rule, person, Matter(team=None), policy.people)
    if refusal is None:
        return
    if person is not None and _owners(policy, overview, release_id, service) & person.teams.keys():
        return
    raise RefusedError("may_not_read_log", f"{refusal}; others read the entries of their own team's releases")


def _owners(policy: PolicyInEffect, overview: Overview, release_id: str | None, service: str | None) -> frozenset[str]:
    """Whose it is: a release's team at the time, a service's team now; of old where it is in effect no more."""
    if release_id is not None:
        release = overview.release(release_id)
        return frozenset() if release is None else frozenset({release["team"]})
    if service is None:
        return frozenset()
    owner = policy.services.get(service)
    return overview.teams_of(service) if owner is None else frozenset({owner.team})
