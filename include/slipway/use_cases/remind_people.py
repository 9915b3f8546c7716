"""Who is asked and does not answer is reminded: at half of the time, and when little of it is left (R14)."""

from slipway.domain import messages
from slipway.domain.grant import Awaited
from slipway.domain.message import Message
from slipway.domain.release import Attempt
from slipway.ports.store import Transaction
from slipway.use_cases.world import World


def remind_people(world: World) -> None:
    """The reconciler's look: each reminder is given once, however often a question is looked at."""
    with world.store.transaction() as tx:
        for awaited in tx.grants.to_be_reminded():
            attempt = tx.releases.attempt(awaited.attempt_id)
            if attempt is not None:
                tx.tell(_reminder(world, tx, attempt, awaited))


def _reminder(world: World, tx: Transaction, attempt: Attempt, awaited: Awaited) -> Message:
    people = tx.policy().people
    names = [known.name if (known := people.find(person)) else person for person in awaited.eligible]
    stage = tx.stages.get(attempt.id, awaited.step.role)
    return messages.approvals.reminder(attempt, awaited, stage.environment, names, world.base_url)
