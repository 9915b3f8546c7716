"""What an act outside is about, and who may make it: a pipeline its own app's change, people what is by hand (R10)."""

from dataclasses import dataclass

from slipway.domain.activity import Activity, ActivityKind
from slipway.domain.authority import Matter, why_not
from slipway.domain.errors import NotFoundError, RefusedError
from slipway.domain.platform import Action
from slipway.domain.release import Attempt, Release, Stage
from slipway.domain.service import ActedBy, StageRole
from slipway.ports.store import Transaction
from slipway.ports.values import Actor

PROD = StageRole.PROD


@dataclass(frozen=True, kw_only=True)
class Reporter:
    """Who acts: a person, or the pipeline of the one service that its token is for."""

    actor: Actor
    token_for: str | None = None


@dataclass(frozen=True, kw_only=True)
class ActMatter:
    """The act in question."""

    release: Release
    attempt: Attempt
    stage: Stage
    activity: Activity | None


@dataclass(frozen=True, kw_only=True)
class ActRefusal:
    """Why not; raised once the entry is committed."""

    code: str
    message: str

    def as_error(self) -> RefusedError:
        """To raise after the transaction."""
        return RefusedError(self.code, self.message)


def find_act(tx: Transaction, release_id: str) -> ActMatter:
    """The act of a change's last attempt, its rows locked. Raises NotFoundError."""
    release = tx.releases.get(release_id)
    if release is None or release.change is None:
        raise NotFoundError(f"there is no change {release_id}: `slipway status` lists what is in flight")
    attempts = tx.releases.attempts(release_id)
    if not attempts:
        raise NotFoundError(f"the run of {release_id} has not begun yet: ask again in a moment")
    attempt = tx.releases.lock_attempt(attempts[-1].id)
    act = next((one for one in tx.activities.of_stage(attempt.id, PROD) if one.kind is ActivityKind.ACT), None)
    return ActMatter(
        release=tx.policy().governed.owned(release),
        attempt=attempt,
        stage=tx.stages.lock(attempt.id, PROD),
        activity=None if act is None else tx.activities.lock(act.id),
    )


def may_not_act(tx: Transaction, matter: ActMatter, who: Reporter) -> ActRefusal | None:
    """A pipeline makes its own app's change; a person of the team, or second line, what is made by hand."""
    act = matter.stage.definition.act
    assert act is not None, "a change is acted on outside"
    service = matter.release.service
    if act.by is ActedBy.PIPELINE and who.token_for != service:
        return ActRefusal(
            code="not_this_pipeline", message=f"only the pipeline of {service}, by its token, may make this"
        )
    if act.by is ActedBy.PERSON:
        if who.token_for is not None:
            return ActRefusal(code="by_hand", message=f"{matter.release.id} is made by a person, not by a pipeline")
        return may_not(tx, matter, who, Action.REQUEST_RELEASE, "act on")
    return None


def may_not(tx: Transaction, matter: ActMatter, who: Reporter, action: Action, words: str) -> ActRefusal | None:
    """Judged by the policy in effect now."""
    policy, release = tx.policy(), matter.release
    about = Matter(team=release.team, product_owner=release.product_owner)
    reason = why_not(policy.platform.rule(action), policy.people.find(who.actor.id), about, policy.people)
    if reason is None:
        return None
    return ActRefusal(code="may_not_act", message=f"{who.actor.id} may not {words} {release.id}: {reason}")


def log_refusal(tx: Transaction, matter: ActMatter, who: Reporter, tried: str, refusal: ActRefusal) -> None:
    """Refusals are in the log too."""
    payload = {"tried": str(tried), "code": refusal.code, "message": refusal.message}
    environment = matter.stage.environment
    tx.log("act_refused", who.actor, attempt=matter.attempt, environment=environment, payload=payload)
