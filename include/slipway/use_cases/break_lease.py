"""Two people take lane and lease from an attempt that no longer lets go by itself; never over open work."""

from slipway.domain.activity import ActivityState, TurnState
from slipway.domain.authority import Matter
from slipway.domain.errors import NotFoundError
from slipway.domain.json_value import JsonObject
from slipway.domain.platform import Party
from slipway.domain.policy.decision import LeaseHolder
from slipway.domain.release import Attempt, Stage
from slipway.domain.stage_ending import as_it_stands
from slipway.domain.two_people import PendingAct
from slipway.ports.store import Transaction
from slipway.ports.values import Actor
from slipway.use_cases.end_stage import record_ending
from slipway.use_cases.facts import release_of
from slipway.use_cases.settle import Found
from slipway.use_cases.two_person_act import Subject, TwoPersonAct
from slipway.use_cases.what_failed import what_failed
from slipway.use_cases.world import World


def about_attempt(tx: Transaction, attempt_id: str, words: str) -> Subject:
    """An act on an attempt is a matter of its release's team. Raises NotFoundError."""
    attempt = tx.releases.attempt(attempt_id)
    if attempt is None:
        raise NotFoundError(f"there is no attempt {attempt_id}; `slipway lease list` names those that hold something")
    release = release_of(tx, attempt)
    matter = Matter(
        team=release.team, product_owner=release.product_owner, parties={Party.REQUESTER: release.requesters}
    )
    words = f"{words} ({attempt.service} {attempt.version})"
    return Subject(words=words, matter=matter, attempt=attempt)


def _about(tx: Transaction, parameters: JsonObject) -> Subject:
    attempt_id = parameters["attempt"]
    return about_attempt(tx, attempt_id, f"break what {attempt_id} holds")


def _why_not_now(_world: World, tx: Transaction, parameters: JsonObject, _found: Found | None) -> str | None:
    attempt = tx.releases.lock_attempt(parameters["attempt"])
    held = _held(tx, attempt)
    for stage in held:
        for activity in tx.activities.of_stage(attempt.id, stage.role):
            if activity.state is ActivityState.OPEN:
                return (
                    f"its {activity.kind} in {stage.environment} is open, and a lease is never broken over open work:"
                    " it is settled once its process is dead and the target answers. Past its deadline"
                    f" ({activity.deadline:%Y-%m-%d %H:%M} UTC): `slipway activity quarantine {activity.id} --reason …`"
                )
            if activity.state is ActivityState.QUARANTINED:
                return (
                    f"its {activity.kind} in {stage.environment} is quarantined: {attempt.service} stays locked there"
                    " until the target answers, and is then freed by itself. Where it never will:"
                    f" `slipway activity settle {activity.id} --as done|failed --reason …`"
                )
    return None if held else f"attempt {attempt.id} holds no lane and no lease: there is nothing to break"


def _take_effect(_world: World, tx: Transaction, pending: PendingAct, actor: Actor) -> str:
    """Each stage that held something ends as it stands: it can neither go on nor undo anything without its lease."""
    attempt = tx.releases.lock_attempt(pending.parameters["attempt"])
    because = f"its lease was broken by {pending.first} and {actor.id}: {pending.reason}"
    results = []
    for stage in _held(tx, attempt):
        tx.stages.lock(attempt.id, stage.role)
        activities = tx.activities.of_stage(attempt.id, stage.role)
        ending = as_it_stands(attempt, stage, activities, because, what_failed(tx, attempt, stage))
        payload = {"pending": pending.id, "first": pending.first, "second": actor.id, "reason": pending.reason}
        tx.log("lease_broken", actor, attempt=attempt, environment=stage.environment, payload=payload)
        record_ending(tx, attempt, stage, ending, actor)
        results.append(f"{attempt.service} in {stage.environment} ended as {ending.outcome}")
    return "; ".join(results)


def _held(tx: Transaction, attempt: Attempt) -> list[Stage]:
    """The stages of an attempt that hold a lane or a lease."""
    held = []
    for stage in tx.stages.of_attempt(attempt.id):
        turn = tx.turns.find(attempt.id, stage.role)
        leads = turn is not None and turn.state is TurnState.HOLDING
        lease = tx.leases.live(attempt.service, stage.environment)
        if leads or lease == LeaseHolder(attempt_id=attempt.id, role=stage.role):
            held.append(stage)
    return held


BREAK_LEASE = TwoPersonAct(about=_about, why_not_now=_why_not_now, take_effect=_take_effect)
