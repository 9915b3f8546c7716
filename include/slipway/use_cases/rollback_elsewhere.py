"""The second person of a rollback to a version that no grant names: it begins, or is no finding any more (R18)."""

from slipway.domain.authority import Matter
from slipway.domain.errors import NotFoundError
from slipway.domain.json_value import JsonObject
from slipway.domain.release import Release, ReleaseState
from slipway.domain.review import ReviewKind
from slipway.domain.rollback import Basis, Rollback
from slipway.domain.two_people import PendingAct
from slipway.ports.store import Transaction
from slipway.ports.values import Actor
from slipway.use_cases.begin_rescue import begin_rescue
from slipway.use_cases.rollback_facts import seconded_by
from slipway.use_cases.settle import Found
from slipway.use_cases.two_person_act import Subject, TwoPersonAct
from slipway.use_cases.way_to_go_back import way_to_go_back
from slipway.use_cases.world import World


def _about(tx: Transaction, parameters: JsonObject) -> Subject:
    release, rollback = _rollback(tx, parameters)
    owned = tx.policy().governed.owned(release)
    return Subject(
        words=f"roll back {release.service} in {rollback}{rollback.warning}",
        matter=Matter(team=owned.team, product_owner=owned.product_owner),
        attempt=next(iter(tx.releases.attempts(release.id)), None),
        environment=rollback.environment,
    )


def _why_not_now(_world: World, tx: Transaction, parameters: JsonObject, _found: Found | None) -> str | None:
    release, rollback = _rollback(tx, parameters)
    if rollback.basis is Basis.INCIDENT:
        return None
    tx.releases.lock_service(release.service)
    for other in tx.releases.open_rollbacks(release.service):
        begun = other.rollback is not None and other.rollback.basis in {Basis.PRE_AUTHORISED, Basis.INCIDENT}
        begun = begun or seconded_by(tx, other) is not None
        if other.rollback is not None and other.rollback.environment == rollback.environment and begun:
            return f"{other.id} is rolling back {other.rollback} meanwhile: look what runs when it has ended"
    if way_to_go_back(tx, release.service, rollback.environment).runs.digest != rollback.from_digest:
        return _changed(release, rollback)
    return None


def _why_never(tx: Transaction, parameters: JsonObject) -> str | None:
    release, rollback = _rollback(tx, parameters)
    if rollback.basis is Basis.INCIDENT:
        return None
    if release.state is not ReleaseState.OPEN:
        return f"{release.id} has ended: {release.outcome}. It must be asked for again"
    is_at_work = tx.leases.live(release.service, rollback.environment) is not None
    if not is_at_work and tx.records.deployed(release.service, rollback.environment).digest != rollback.from_digest:
        return _changed(release, rollback)
    return None


def _changed(release: Release, rollback: Rollback) -> str:
    return f"{release.service} in {rollback.environment} has changed since it was asked for: ask again"


def _take_effect(_world: World, tx: Transaction, pending: PendingAct, actor: Actor) -> str:
    release, rollback = _rollback(tx, pending.parameters)
    if rollback.basis is Basis.TWO_PEOPLE:
        begin_rescue(tx, release, actor)
        return f"{release.id} begins{rollback.warning}"
    for review in tx.reviews.all(open_only=True):
        if review.release_id == release.id and review.kind is ReviewKind.ROLLBACK_ALONE:
            because = f"seconded by {actor.id}"
            tx.reviews.close(review.id, actor.id, because)
            payload = {"review": review.id, "kind": review.kind.value, "reason": because}
            tx.log("review_closed", actor, release_id=release.id, service=release.service, payload=payload)
    return f"{release.id} has its second person{rollback.warning}"


def _rollback(tx: Transaction, parameters: JsonObject) -> tuple[Release, Rollback]:
    release = tx.releases.get(parameters["release"])
    if release is None or release.rollback is None:
        raise NotFoundError(f"there is no rollback {parameters['release']}; `slipway status` lists releases")
    return release, release.rollback


ROLLBACK_ELSEWHERE = TwoPersonAct(
    about=_about, why_not_now=_why_not_now, take_effect=_take_effect, why_never=_why_never
)
