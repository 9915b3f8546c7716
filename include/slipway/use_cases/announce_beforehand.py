"""Tells everybody of a potentially problematic release before it goes live, once for each version of it (R14)."""

from dataclasses import replace
from datetime import datetime

from slipway.domain.announcement import announcement_key
from slipway.domain.policy.decision import Facts
from slipway.domain.policy.objections_had_time import (
    how_to_acknowledge,
    how_to_object,
    in_words,
    is_announced,
    time_to_object,
    waits,
)
from slipway.ports.outside import Message
from slipway.ports.store import Transaction
from slipway.ports.values import Actor


def announced(tx: Transaction, facts: Facts, actor: Actor) -> Facts:
    """The facts, after the announcement that they lack was made; as they are where none is due."""
    if facts.announcement is not None or not is_announced(facts):
        return facts
    release, attempt = facts.release, facts.attempt
    message = _message(facts, tx.now)
    tx.tell(message)
    minutes = facts.platform.messages.objection_minutes if waits(release) else 0
    payload = {"version": attempt.version, "message": message.key, "objection_minutes": minutes}
    tx.log("release_announced", actor, attempt=attempt, environment=facts.stage.environment, payload=payload)
    return replace(facts, announcement=tx.announcements.find(release.id, attempt.version))


def _message(facts: Facts, now: datetime) -> Message:
    """Beside the release's thread, not in it: whoever follows no release must see it, too."""
    release, attempt = facts.release, facts.attempt
    behalf = f" on behalf of team {release.for_team}" if release.for_team else ""
    text = (
        f"{release.service} {attempt.version} ({release.id}) is potentially problematic, says {release.requested_by},"
        f" who asks{behalf} for it: {release.summary}. {_when(facts, now)} Who objects holds it back:"
        f" {how_to_object(release)} Who has seen this says so: {how_to_acknowledge(release)}"
    )
    return Message(key=announcement_key(release.id, attempt.version), channel="deploy", text=text)


def _when(facts: Facts, now: datetime) -> str:
    environment, time = facts.stage.environment, time_to_object(facts.platform)
    if not waits(facts.release):
        return f"It goes live in {environment} as soon as it is authorised: {facts.release.kind} changes do not wait."
    earliest = f"{now + time:%Y-%m-%d %H:%M} UTC"
    return f"It goes live in {environment} at {earliest} at the earliest, {in_words(time)} after this has arrived."
