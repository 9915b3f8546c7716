"""Somebody has seen that a release is on its way (R14).

Where it was announced beforehand and reached nobody, second line's word stands in for that."""

from dataclasses import dataclass

from slipway.domain import messages
from slipway.domain.announcement import Announcement
from slipway.domain.errors import NotFoundError, RefusedError
from slipway.domain.people import Person
from slipway.domain.policy.objections_had_time import in_words, time_to_object, waits, why_not_instead
from slipway.domain.release import Attempt, Release, ReleaseState
from slipway.ports.store import Transaction
from slipway.ports.values import Actor, PolicyInEffect
from slipway.use_cases.keep_private import said_of
from slipway.use_cases.world import World


@dataclass(frozen=True, kw_only=True)
class _Seen:
    """What somebody may acknowledge."""

    release: Release
    attempt: Attempt
    announcement: Announcement | None
    """None: it was not asked for as potentially problematic."""
    person: Person


def acknowledge(world: World, release_id: str, actor: Actor, comment: str = "") -> str:
    """What follows, in words. Raises NotFoundError; RefusedError, which is in the log."""
    with world.store.transaction() as tx:
        release = tx.releases.get(release_id)
        if release is None:
            raise NotFoundError(f"there is no release {release_id}; `slipway status` lists them")
        tx.releases.lock_service(release.service)
        policy = tx.policy()
        release = policy.governed.owned(tx.releases.get(release_id) or release)
        seen = _seen(tx, release, policy.people.find(actor.id))
        if isinstance(seen, _Seen):
            return _acknowledge(tx, policy, seen, actor, said_of(release, comment))
        payload = {"message": seen}
        tx.log("acknowledgement_refused", actor, release_id=release.id, service=release.service, payload=payload)
    raise RefusedError("may_not_acknowledge", seen)


def _seen(tx: Transaction, release: Release, person: Person | None) -> _Seen | str:
    """What there is to acknowledge, or why there is nothing."""
    if person is None:
        return "this account belongs to nobody in the list of people"
    if release.state is ReleaseState.ENDED:
        return f"{release.id} has ended already ({release.outcome}): there is nothing to acknowledge any more"
    attempts = tx.releases.attempts(release.id)
    if not attempts:
        return f"{release.id} has not begun yet: there is nothing to acknowledge"
    announcement = tx.announcements.find(release.id, attempts[-1].version) if release.problematic else None
    if release.problematic and announcement is None:
        return f"{release.id} is not announced yet: that is done when people are asked about live"
    return _Seen(release=release, attempt=attempts[-1], announcement=announcement, person=person)


def _acknowledge(tx: Transaction, policy: PolicyInEffect, seen: _Seen, actor: Actor, comment: str) -> str:
    release, version = seen.release, seen.attempt.version
    acknowledged = tx.announcements.acknowledged(release.id, version)
    before = next((one for one in acknowledged if one.person == actor.id), None)
    if before is not None:
        return f"already acknowledged: {before.name} has seen {release.id} {version} at {before.at:%Y-%m-%d %H:%M} UTC"
    tx.announcements.acknowledge(release.id, version, seen.person, comment)
    undelivered = seen.announcement is not None and waits(release) and seen.announcement.delivered is None
    why_not = why_not_instead(policy.platform, policy.people, release, actor.id) if undelivered else None
    instead = undelivered and why_not is None
    payload = {"version": version, "name": seen.person.name, "comment": comment, "instead_of_delivery": instead}
    tx.log("release_acknowledged", actor, attempt=seen.attempt, payload=payload)
    if instead:
        _go_on(tx, seen, actor)
    return f"{release.id} {version} is acknowledged{_and_then(policy, seen, why_not, instead=instead)}"


def _go_on(tx: Transaction, seen: _Seen, actor: Actor) -> None:
    tx.tell(messages.announcements.acknowledged(seen.release, seen.attempt.version, actor.id))
    tx.wake()


def _and_then(policy: PolicyInEffect, seen: _Seen, why_not: str | None, *, instead: bool) -> str:
    if instead:
        return ", in the place of a delivery: it waits for objections no longer"
    if why_not is not None:
        return f"; it still waits to be delivered, and yours does not stand in for that: {why_not}"
    if seen.announcement is None or seen.announcement.delivered is None or not waits(seen.release):
        return ""
    return f"; people have {in_words(time_to_object(policy.platform))} to object from its delivery on"
