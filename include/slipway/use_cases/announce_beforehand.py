"""Tells everybody of a potentially problematic release before it goes live, once for each version of it (R14)."""

from dataclasses import replace

from slipway.domain import messages
from slipway.domain.policy.decision import Facts
from slipway.domain.policy.objections_had_time import is_announced, time_to_object, waits
from slipway.ports.store import Transaction
from slipway.ports.values import Actor


def announced(tx: Transaction, facts: Facts, actor: Actor) -> Facts:
    """The facts, after the announcement that they lack was made; as they are where none is due."""
    if facts.announcement is not None or not is_announced(facts):
        return facts
    release, attempt = facts.release, facts.attempt
    time = time_to_object(facts.platform)
    message = messages.announcements.beforehand(release, attempt, facts.stage.environment, time, tx.now)
    tx.tell(message)
    minutes = facts.platform.messages.objection_minutes if waits(release) else 0
    payload = {"version": attempt.version, "message": message.key, "objection_minutes": minutes}
    tx.log("release_announced", actor, attempt=attempt, environment=facts.stage.environment, payload=payload)
    return replace(facts, announcement=tx.announcements.find(release.id, attempt.version))
