"""Who may ask for an attempt, by the policy in effect, and of which release it is a further one."""

from dataclasses import replace

from slipway.domain.authority import Matter, why_not
from slipway.domain.errors import RefusedError
from slipway.domain.platform import Action
from slipway.domain.release import Origin, Release, ReleaseState
from slipway.domain.service import Service, StageRole
from slipway.domain.text_limits import says_nothing
from slipway.ports.store import Transaction
from slipway.ports.values import PolicyInEffect
from slipway.use_cases.attempt_request import AttemptRequest
from slipway.use_cases.change_stages import (
    first_run_of_what_a_pipeline_asked,
    refuse_another_dag,
)


def as_owned(service: Service, policy: PolicyInEffect) -> Service:
    """Who owns it is what the policy in effect says; a service that is new to it gets no further than Dev."""
    owner = policy.services.get(service.name)
    return service if owner is None else replace(service, team=owner.team, product_owner=owner.product_owner)


def release_to_resume(tx: Transaction, request: AttemptRequest) -> Release | None:
    """The release that this is a further attempt of; None: a new one. Raises RefusedError where it cannot go on."""
    if request.release_id is None:
        return None
    release = tx.releases.get(request.release_id)
    if release is None or release.service != request.service:
        raise RefusedError(
            "unknown_release", f"there is no release {request.release_id} of {request.service} to go on with"
        )
    refuse_another_dag(release, request.dag_id)
    if release.state is not ReleaseState.AWAITING_RETRY and not first_run_of_what_a_pipeline_asked(
        tx, release, request.origin
    ):
        raise RefusedError(
            "not_awaiting_retry",
            f"release {release.id} is {release.state}; only one that awaits a retry can go on. See `slipway status`",
        )
    if request.proof_in not in {None, release.proof_in}:
        raise RefusedError(
            "proof_in_is_fixed", "where a release is proven is said when it is asked for: ask for a new one"
        )
    return release


def refuse_strangers(
    policy: PolicyInEffect, service: Service, request: AttemptRequest, release: Release | None
) -> None:
    """Raises RefusedError for whoever may not ask, and for a person who leaves out what people should know."""
    if request.origin is Origin.PERSON:
        matter = Matter(team=service.team, product_owner=service.product_owner)
        urgent = request.kind.rank and release is None
        for action in (Action.REQUEST_RELEASE, *([Action.DECLARE_EMERGENCY] if urgent else [])):
            rule = policy.platform.rule(action)
            reason = why_not(rule, policy.people.find(request.actor.id), matter, policy.people)
            if reason is not None:
                message = f"{request.actor.id} may not {_WORDS[action]} {service.name}: {reason}"
                raise RefusedError(f"may_not_{action.value.split('_', maxsplit=1)[0]}", message)
    elif request.to is not StageRole.DEV and release is None:
        raise RefusedError("machines_ask_for_dev_only", "a schedule or a pipeline may only release to Dev")
    elif release is not None and request.origin is not Origin.PLATFORM:
        raise RefusedError("machines_do_not_retry", "only a person, or the platform itself, goes on with a release")
    if request.release_id is None and request.to is not StageRole.DEV:
        for name, text in (("summary", request.summary), ("rollback plan", request.rollback_plan)):
            if says_nothing(text) and request.origin is Origin.PERSON:
                raise RefusedError("text_missing", f"the {name} is missing: say in a sentence what people should know")


_WORDS = {Action.REQUEST_RELEASE: "release", Action.DECLARE_EMERGENCY: "declare an emergency for"}
