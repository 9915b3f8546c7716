"""Closes a review, by a manager who neither declared nor approved what it is about (R20)."""

from slipway.domain import messages
from slipway.domain.authority import Matter, entitled, in_matter_of, why_not
from slipway.domain.errors import RefusedError
from slipway.domain.grant import STEPS_BEFORE, Decision
from slipway.domain.platform import Action
from slipway.domain.release import ReleaseState
from slipway.domain.review import Review, parties
from slipway.domain.service import StageRole
from slipway.domain.text_limits import says_nothing
from slipway.ports.store import Transaction
from slipway.ports.values import Actor
from slipway.use_cases.keep_private import said_of_service
from slipway.use_cases.world import World


def close_review(world: World, number: int, actor: Actor, reason: str) -> Review:
    """The review, closed. Raises NotFoundError; RefusedError, which is in the log."""
    with world.store.transaction() as tx:
        review = tx.reviews.lock(number)
        reason = said_of_service(tx, None, review.release_id, reason)
        refusal = _closed_before(review) or _may_not(tx, review, actor, reason)
        payload = {"review": review.id, "kind": review.kind.value, "reason": reason}
        if refusal is None:
            closed = tx.reviews.close(review.id, actor.id, reason)
            tx.log("review_closed", actor, release_id=review.release_id, service=review.service, payload=payload)
            tx.tell(messages.reviews.closed(review, actor.id, reason))
            tx.wake()
            return closed
        payload["message"] = refusal
        tx.log("review_close_refused", actor, release_id=review.release_id, service=review.service, payload=payload)
    raise RefusedError("may_not_close_review", refusal)


def _closed_before(review: Review) -> str | None:
    return None if review.closed_by is None else f"review {review.id} was closed by {review.closed_by} before"


def _may_not(tx: Transaction, review: Review, actor: Actor, reason: str) -> str | None:
    policy = tx.policy()
    matter = _matter(tx, review)
    rule = in_matter_of(matter.team, policy.platform.rule(Action.CLOSE_REVIEW))
    refusal = why_not(rule, policy.people.find(actor.id), matter, policy.people)
    if refusal is not None:
        others = ", ".join(entitled(rule, matter, policy.people))
        if not others:
            return f"{refusal}. Nobody may: each had a part in it. A change of the row `close_review` helps"
        return f"{refusal}. It is closed by one of: {others}"
    if (goes_on := _goes_on(tx, review)) is not None:
        return goes_on
    return "a reason is needed: what was looked at, and what follows from it" if says_nothing(reason) else None


def _goes_on(tx: Transaction, review: Review) -> str | None:
    """Nobody has looked at the whole of what is not over."""
    release = None if review.release_id is None else tx.releases.get(review.release_id)
    if release is not None and release.state is not ReleaseState.ENDED:
        return (
            f"{release.id}, which review {review.id} is about, has not ended: it is {release.state.replace('_', ' ')}."
            f" Close the review when it has; `slipway status {release.id}` says where it stands"
        )
    opening = tx.break_glass.of_review(review.id)
    if opening is not None and opening.closed_at is None and opening.until > tx.now:
        return (
            f"{opening}, which review {review.id} is about, is still open. Close the review when it is over;"
            " `slipway break-glass close` ends it at once"
        )
    return None


def _matter(tx: Transaction, review: Review) -> Matter:
    """Whoever ever asked for the release, or had a part in break-glass, declared it; who approved a stage approved."""
    about = f"what review {review.id} is about"
    release = None if review.release_id is None else tx.releases.get(review.release_id)
    if release is None:
        opening = tx.break_glass.of_review(review.id)
        declarers = {review.opened_by} | (opening.people if opening is not None else frozenset())
        return Matter(team=None, parties=parties(frozenset(declarers), frozenset()), about=about)
    owned = tx.policy().governed.owned(release)
    return Matter(
        team=owned.team,
        parties=parties(release.requesters | {review.opened_by}, _approvers(tx, release.id)),
        about=about,
    )


def _approvers(tx: Transaction, release_id: str) -> frozenset[str]:
    steps = {step for role in StageRole for step in STEPS_BEFORE[role]}
    return frozenset(
        grant.person
        for attempt in tx.releases.attempts(release_id)
        for grant in tx.grants.of_attempt(attempt.id)
        if grant.step in steps and grant.decision is Decision.APPROVE
    )
