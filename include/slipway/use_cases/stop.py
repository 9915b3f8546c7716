"""Stops a release: withdraws what waits, settles and undoes what works. Never blocked."""

from slipway.domain import messages
from slipway.domain.authority import Matter, why_not
from slipway.domain.errors import NotFoundError, RefusedError
from slipway.domain.platform import Action, Party
from slipway.domain.release import Attempt, Outcome, Release, ReleaseState
from slipway.domain.text_limits import says_nothing
from slipway.ports.store import Transaction
from slipway.ports.values import Actor
from slipway.use_cases.keep_private import said_of
from slipway.use_cases.world import World


def stop(world: World, release_id: str, actor: Actor, reason: str) -> str:
    """What happens next, in words. Raises NotFoundError, RefusedError; a refusal is in the log."""
    with world.store.transaction() as tx:
        release = tx.releases.get(release_id)
        if release is None:
            raise NotFoundError(f"there is no release {release_id}; `slipway status` lists them")
        tx.releases.lock_service(release.service)
        release = tx.releases.get(release_id) or release
        policy = tx.policy()
        release = policy.governed.owned(release)
        matter = Matter(team=release.team, parties={Party.REQUESTER: release.requesters})
        refusal = why_not(policy.platform.rule(Action.STOP), policy.people.find(actor.id), matter, policy.people)
        if refusal is None and says_nothing(reason):
            refusal = "a reason is needed: say why, for those who read the log later"
        reason = said_of(release, reason)
        if refusal is not None:
            tx.log(
                "stop_refused",
                actor,
                release_id=release.id,
                service=release.service,
                payload={"message": refusal},
            )
        elif release.state is ReleaseState.AWAITING_RETRY or _has_no_run_yet(tx, release):
            tx.releases.set_state(release.id, ReleaseState.ENDED, Outcome.WITHDRAWN)
            tx.log(
                "release_withdrawn",
                actor,
                release_id=release.id,
                service=release.service,
                payload={"reason": reason},
            )
            tx.tell(messages.releases.withdrawn(release, _version(tx, release), actor.id, reason))
            return f"{release.id} is withdrawn"
        elif release.state is ReleaseState.ENDED:
            refusal = f"release {release.id} has already ended: {release.outcome}"
            tx.log(
                "stop_refused",
                actor,
                release_id=release.id,
                service=release.service,
                payload={"message": refusal},
            )
        else:
            attempt = tx.releases.attempts(release.id)[-1]
            _request(tx, attempt, actor, reason)
            return f"{attempt.id} stops at its next step; what was begun is settled and undone"
    raise RefusedError("may_not_stop", refusal)


def _has_no_run_yet(tx: Transaction, release: Release) -> bool:
    """What a pipeline asked for is a release before its run is started."""
    return release.state is ReleaseState.OPEN and not tx.releases.attempts(release.id)


def _version(tx: Transaction, release: Release) -> str | None:
    """What it would have brought, as far as anybody knows."""
    asked = next(reversed(tx.releases.attempts(release.id)), None) or release.rollback or release.change
    return None if asked is None else asked.version


def _request(tx: Transaction, attempt: Attempt, actor: Actor, reason: str) -> None:
    tx.releases.request_stop(attempt.id, actor.id, reason)
    tx.log("stop_requested", actor, attempt=attempt, payload={"reason": reason})
    tx.tell(messages.releases.stopped(attempt, actor.id, reason))
    tx.wake()
