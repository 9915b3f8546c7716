"""Who is asked and does not answer is reminded: at half of the time, and when little of it is left (R14)."""

from slipway.domain.grant import Awaited, Step
from slipway.domain.release import Attempt
from slipway.ports.outside import Message
from slipway.ports.store import Transaction
from slipway.use_cases.headlines import headline
from slipway.use_cases.where_to_answer import how_to_answer, where_to_answer
from slipway.use_cases.world import World

_PAGED = frozenset({Step.CONFIRM, Step.VERDICT})
"""Live runs already, and nobody has said that it is good: the last reminder goes to whoever is on call."""


def remind_people(world: World) -> None:
    """The reconciler's look: each reminder is given once, however often a question is looked at."""
    with world.store.transaction() as tx:
        for awaited in tx.grants.to_be_reminded():
            attempt = tx.releases.attempt(awaited.attempt_id)
            if attempt is not None:
                tx.tell(_reminder(world, tx, attempt, awaited))


def _reminder(world: World, tx: Transaction, attempt: Attempt, awaited: Awaited) -> Message:
    step, people = awaited.step, tx.policy().people
    names = [known.name if (known := people.find(person)) else person for person in awaited.eligible]
    stage = tx.stages.get(attempt.id, step.role)
    how = "is asked for the last time" if awaited.is_last else "still waits"
    text = (
        f"{attempt.service} {attempt.version} ({attempt.release_id}) {how} for {step} of {stage.environment}."
        f" One of {', '.join(names)} answers until {awaited.expires_at:%Y-%m-%d %H:%M} UTC; {_then(step)}."
        f" {how_to_answer(attempt, step)}"
    )
    return Message(
        key=awaited.reminder_key,
        channel="page" if awaited.is_last and step in _PAGED else "approvals",
        text=text,
        release_id=attempt.release_id,
        headline=headline(attempt, f"waits for {step} of {stage.environment}"),
        link=where_to_answer(world, attempt, step),
    )


def _then(step: Step) -> str:
    if step in _PAGED:
        return "after that live is unverified, and second line is paged"
    return "after that the request expires and has to be made again"
