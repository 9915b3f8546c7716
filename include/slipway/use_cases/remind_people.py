"""Who is asked and does not answer is reminded: at half of the time, and when little of it is left (R14)."""

from slipway.domain import messages
from slipway.domain.grant import Awaited
from slipway.domain.message import Message
from slipway.domain.people import TeamRole
from slipway.domain.release import Attempt
from slipway.ports.store import Transaction
from slipway.use_cases.facts import release_of
from slipway.use_cases.world import World


def remind_people(world: World) -> None:
    """The reconciler's look: each reminder is given once, however often a question is looked at."""
    with world.store.transaction() as tx:
        for awaited in tx.grants.to_be_reminded():
            attempt = tx.releases.attempt(awaited.attempt_id)
            if attempt is not None:
                tx.tell(_reminder(world, tx, attempt, awaited))
                if awaited.is_last and awaited.step not in messages.approvals.PAGED:
                    tx.tell(_escalated(tx, attempt, awaited))


def _reminder(world: World, tx: Transaction, attempt: Attempt, awaited: Awaited) -> Message:
    people = tx.policy().people
    names = [known.name if (known := people.find(person)) else person for person in awaited.eligible]
    stage = tx.stages.get(attempt.id, awaited.step.role)
    addresses = people.addresses(awaited.eligible)
    return messages.approvals.reminder(attempt, awaited, stage.environment, names, addresses, world.base_url)


def _escalated(tx: Transaction, attempt: Attempt, awaited: Awaited) -> Message:
    policy = tx.policy()
    team = policy.governed.owned(release_of(tx, attempt)).team
    managers = [person for person in policy.people.by_id.values() if person.has_role(team, TeamRole.MANAGER)]
    addresses = policy.people.addresses(person.id for person in managers)
    stage = tx.stages.get(attempt.id, awaited.step.role)
    names = [person.name for person in managers]
    return messages.approvals.escalated(attempt, awaited, stage.environment, team, names, addresses)
