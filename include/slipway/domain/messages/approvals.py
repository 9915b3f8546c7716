"""Questions: who is asked, who answered, and what is not asked."""

from collections.abc import Sequence
from dataclasses import replace

from slipway.domain.grant import ApprovalRequest, Awaited, Decision, Step
from slipway.domain.message import Message
from slipway.domain.message_routes import MessageChannel
from slipway.domain.messages.words import headline, how_to_answer, where_to_answer
from slipway.domain.release import Attempt

MOST_CALLED = 20
"""People whom one message calls by name."""
PAGED = frozenset({Step.CONFIRM, Step.VERDICT})
"""Live runs already, and nobody has said that it is good: the last reminder goes to whoever is on call."""


def asked(
    attempt: Attempt,
    request: ApprovalRequest,
    environment: str,
    *,
    question: str,
    names: Sequence[str],
    addresses: Sequence[str],
    times: int,
    base_url: str,
) -> Message:
    """People are asked a question.

    `addresses`: their mail. `times`: how often, with this one. `base_url`: of Airflow, or empty."""
    step = request.step
    again = " (asked again: the answer before did not count)" if times > 1 else ""
    return Message(
        key=f"{attempt.id}:{step}:{times}",
        channel=MessageChannel.APPROVALS,
        release_id=attempt.release_id,
        headline=headline(attempt, f"waits for {step} of {environment}"),
        text=f"{question}{again} Waiting until {request.expires_at:%Y-%m-%d %H:%M} UTC for one of: {', '.join(names)}."
        f" {how_to_answer(attempt, step)}",
        link=where_to_answer(base_url, attempt, step),
        mentions=tuple(addresses)[:MOST_CALLED],
    )


def reminder(
    attempt: Attempt, awaited: Awaited, environment: str, names: Sequence[str], addresses: Sequence[str], base_url: str
) -> Message:
    """Nobody has answered: told at half of the time, and when little of it is left."""
    step = awaited.step
    how = "is asked for the last time" if awaited.is_last else "still waits"
    return Message(
        key=awaited.reminder_key,
        channel=MessageChannel.PAGE if awaited.is_last and step in PAGED else MessageChannel.APPROVALS,
        text=f"{attempt.service} {attempt.version} ({attempt.release_id}) {how} for {step} of {environment}."
        f" One of {', '.join(names)} answers until {awaited.expires_at:%Y-%m-%d %H:%M} UTC; {_then(step)}."
        f" {how_to_answer(attempt, step)}",
        release_id=attempt.release_id,
        headline=headline(attempt, f"waits for {step} of {environment}"),
        link=where_to_answer(base_url, attempt, step),
        mentions=tuple(addresses)[:MOST_CALLED],
    )


def escalated(
    attempt: Attempt, awaited: Awaited, environment: str, team: str, managers: Sequence[str], addresses: Sequence[str]
) -> Message:
    """With the last reminder of a question before any work, the managers of the team are told too.

    `addresses`: their mail."""
    who = f"the managers of {team}: {', '.join(managers)}" if managers else f"team {team}, which has no manager"
    return Message(
        key=f"{awaited.reminder_key}:escalated",
        channel=MessageChannel.DEPLOY,
        text=f"{attempt.service} {attempt.version} ({attempt.release_id}): nobody has answered {awaited.step} of"
        f" {environment}, and it expires at {awaited.expires_at:%Y-%m-%d %H:%M} UTC. This is for {who}",
        release_id=attempt.release_id,
        loud=True,
        mentions=tuple(addresses)[:MOST_CALLED],
    )


def _then(step: Step) -> str:
    if step in PAGED:
        return "after that live is unverified, and second line is paged"
    return "after that the request expires and has to be made again"


_ANSWERED = {Decision.APPROVE: "approved", Decision.REJECT: "rejected", Decision.WITHDRAWN: "withdrawn"}


def answered(attempt: Attempt, step: Step, decision: Decision, name: str, why: str) -> Message:
    """Somebody has answered.

    `why`: told of a no only."""
    how = f"{step.value}: {_ANSWERED[decision]} by {name}"
    text = f"{how}: {why}" if decision is Decision.REJECT else how
    return replace(_of_the_answer(attempt, step, "answered", text), headline=headline(attempt, how))


def does_not_count(attempt: Attempt, step: Step, answer_id: str, by: str, why: str) -> Message:
    """Somebody has answered who may not, or not so."""
    return _of_the_answer(attempt, step, f"refused:{answer_id}", f"the answer of {by} does not count: {why}")


def _of_the_answer(attempt: Attempt, step: Step, key: str, text: str) -> Message:
    return Message(
        key=f"{attempt.id}:{step}:{key}",
        channel=MessageChannel.DEPLOY,
        text=f"{attempt.service} {attempt.version} ({attempt.id}): {text}",
        release_id=attempt.release_id,
    )


def expired(attempt: Attempt, step: Step, environment: str, detail: str) -> Message:
    """Nobody has answered in time."""
    return Message(
        key=f"{attempt.id}:{step}:expired",
        channel=MessageChannel.APPROVALS,
        text=f"{attempt.service} {attempt.version} ({attempt.release_id}): {detail}, in {environment}."
        f" {_too_late(step)}",
        release_id=attempt.release_id,
        headline=headline(attempt, f"nobody answered {step} of {environment} in time"),
        loud=True,
    )


def _too_late(step: Step) -> str:
    if step in PAGED:
        return "Live runs on, unverified: second line is paged, and a verdict is owed"
    return "The request is over: the release has to be asked for again"


def not_asked_again(attempt: Attempt, obstacles: Sequence[str]) -> Message:
    """New approvals are needed, and what stands in the way has no known end."""
    return Message(
        key=f"{attempt.id}:not_asked_again",
        channel=MessageChannel.DEPLOY,
        text=f"{attempt.service} {attempt.version} ({attempt.release_id}): its approvals or its proof grew old. Nobody"
        f" is asked again until this is over: {'; '.join(obstacles)}",
        release_id=attempt.release_id,
        headline=headline(attempt, "nobody is asked again yet"),
    )
