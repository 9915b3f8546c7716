"""Opens an attempt: who asks, for what, resolved to an artefact and to stage definitions that later tasks rely on."""

from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import timedelta

from slipway.domain.authority import Matter, why_not
from slipway.domain.change import OutsideChange
from slipway.domain.errors import NotFoundError, RefusedError, Remedy, SlipwayError
from slipway.domain.json_value import JsonObject
from slipway.domain.needs import Need, read_needs
from slipway.domain.platform import Action
from slipway.domain.policy_hash import effective_policy_hash
from slipway.domain.proof import flaws
from slipway.domain.release import Attempt, ChangeKind, Origin, Outcome, Release, ReleaseState, StageOutcome
from slipway.domain.review import ReviewKind
from slipway.domain.service import Service, StageRole
from slipway.ports.outside import Artefact, Message
from slipway.ports.store import Actor, NewAttempt, NewRelease, NewStage, PolicyInEffect, Transaction
from slipway.use_cases.bring_artefact import bring_artefact
from slipway.use_cases.change_stages import (
    as_payload,
    change_stages,
    first_run_of_what_a_pipeline_asked,
    refuse_another_dag,
    refuse_what_does_not_fit,
)
from slipway.use_cases.check_needs import refuse_circles, resolved_needs
from slipway.use_cases.keep_private import claim_texts, refuse_free_text
from slipway.use_cases.open_review import open_review
from slipway.use_cases.people_around import Around, people_around
from slipway.use_cases.proof_elsewhere import refuse_proof_elsewhere
from slipway.use_cases.proofs import changes_since
from slipway.use_cases.refuse_long_texts import refuse_long_texts, shortened
from slipway.use_cases.supersede import supersede_pending
from slipway.use_cases.try_bad_again import bad_again, inherited, tell_of_it
from slipway.use_cases.world import World


@dataclass(frozen=True, kw_only=True)
class AttemptRequest:
    """What a DAG run asks for. `release_id` names the release that this is a further attempt of."""

    service: str
    dag_id: str
    run_id: str
    origin: Origin
    actor: Actor
    version: str | None
    summary: str = ""
    rollback_plan: str = ""
    kind: ChangeKind = ChangeKind.STANDARD
    to: StageRole = StageRole.PROD
    release_id: str | None = None
    ticket: str | None = None
    fixes: str | None = None
    needs: str = ""
    """What must be live first, as written: `service=version`, several with commas between them."""
    despite_bad: str = ""
    """Why a version that is marked bad may be tried again; empty: it may not."""
    for_team: str | None = None
    attended_by: str | None = None
    support: str | None = None
    """Number of a booking, as written."""
    proof_in: str | None = None
    """The stand-in that proves it, where Preprod is down."""
    extra: Mapping[str, str] | None = None
    change: OutsideChange | None = None
    """What somebody outside is to do; None: an artefact is released."""


def open_attempt(world: World, request: AttemptRequest) -> Attempt:
    """The attempt of this DAG run; opening it twice gives the same one. Raises RefusedError, which is in the log."""
    with world.store.transaction() as tx:
        known = tx.releases.attempt_of_run(request.dag_id, request.run_id)
    if known is not None:
        return known
    try:
        return _open(world, request)
    except SlipwayError as error:
        if error.remedy is Remedy.FAIL:
            log_refusal(world, request, error)
        raise


def _open(world: World, request: AttemptRequest) -> Attempt:
    if not request.run_id.strip(".~"):
        raise RefusedError("bad_run_id", f"a run called {request.run_id!r} has no address of its own: name it anew")
    refuse_long_texts(_texts(request))
    if request.kind is ChangeKind.SECURITY:
        _refuse_free_text(request)
    service = world.definitions.service(request.service)
    _bring_artefacts(world, request, service)
    with world.store.transaction() as tx:
        tx.releases.lock_service(request.service)
        known = tx.releases.attempt_of_run(request.dag_id, request.run_id)
        if known is not None:
            return known
        policy = tx.policy()
        service = _as_owned(service, policy)
        release = _release_to_resume(tx, request)
        if release is not None and release.kind is ChangeKind.SECURITY:
            _refuse_free_text(request)
        _refuse_strangers(policy, service, request, release)
        last = next(reversed(tx.releases.attempts(release.id)), None) if release else None
        artefact = _artefact(world, request, release, last)
        again = inherited(last, artefact)
        if request.origin is Origin.PERSON:
            again = bad_again(tx, policy, service, artefact, request.despite_bad, request.actor)
        if release is None:
            refuse_proof_elsewhere(policy.platform, service, request.proof_in, request.kind)
            refuse_what_does_not_fit(tx, policy, service, request.change)
            release = _requested(world, tx, policy, request, service, artefact)
        else:
            refuse_proof_elsewhere(policy.platform, service, release.proof_in, release.kind)
            tx.releases.set_state(release.id, ReleaseState.OPEN, None)
            if request.origin is Origin.PERSON:
                tx.releases.add_requester(release.id, request.actor.id)
        refuse_circles(tx, release, artefact.version)
        service = service.proven_in(release.proof_in)
        is_new = request.origin is Origin.PERSON or not tx.releases.attempts(release.id)
        superseded = supersede_pending(tx, release, request.actor) if is_new else []
        attempt = tx.releases.open_attempt(
            NewAttempt(
                release_id=release.id,
                dag_id=request.dag_id,
                run_id=request.run_id,
                version=artefact.version,
                digest=artefact.digest,
                origin=request.origin,
                actor=request.actor.id,
                stages=_stages(
                    tx,
                    policy,
                    service,
                    release,
                    artefact,
                    request.to if not request.release_id else release.to,
                ),
                depends_on=service.depends_on,
                bad_again=again,
            )
        )
        payload = {"version": artefact.version, "digest": artefact.digest, "run_id": request.run_id}
        tx.log("attempt_opened", request.actor, attempt=attempt, payload={**payload, "supersedes": superseded})
        tell_of_it(tx, attempt, request.actor)
        for stage in tx.stages.of_attempt(attempt.id):
            if stage.outcome is not None:
                detail = {"outcome": stage.outcome.value, "detail": stage.detail}
                tx.log(
                    "stage_not_needed",
                    request.actor,
                    attempt=attempt,
                    environment=stage.environment,
                    payload=detail,
                )
        tx.tell(_announcement(attempt, release))
        tx.wake()
        return attempt


def _texts(request: AttemptRequest) -> dict[str, str | None]:
    """What people wrote into the form, by the field's name."""
    fields = ("version", "summary", "rollback_plan", "release_id", "ticket", "fixes", "needs", "despite_bad")
    return {**{name: getattr(request, name) for name in fields}, **(request.extra or {})}


def _bring_artefacts(world: World, request: AttemptRequest, service: Service) -> None:
    """What the store lacks, for whoever may ask. Nobody waits for a lock while a place outside takes its time."""
    if service.repository is None and not request.needs:
        return
    with world.store.transaction() as tx:
        if tx.releases.attempt_of_run(request.dag_id, request.run_id) is not None:
            return
        policy = tx.policy()
        _refuse_strangers(policy, _as_owned(service, policy), request, _release_to_resume(tx, request))
    if request.version is not None:
        bring_artefact(world, service, request.version, request.actor)
    for name, version in read_needs(request.needs):
        with suppress(NotFoundError):  # what is not known is refused with the other needs
            bring_artefact(world, world.definitions.service(name), version, request.actor)


def _as_owned(service: Service, policy: PolicyInEffect) -> Service:
    """Who owns it is what the policy in effect says; a service that is new to it gets no further than Dev."""
    owner = policy.services.get(service.name)
    return service if owner is None else replace(service, team=owner.team, product_owner=owner.product_owner)


def _release_to_resume(tx: Transaction, request: AttemptRequest) -> Release | None:
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


def _refuse_free_text(request: AttemptRequest) -> None:
    given = {"ticket": request.ticket, "fixes": request.fixes, "despite_bad": request.despite_bad}
    given |= {"for_team": request.for_team, "attended_by": request.attended_by, "support": request.support}
    given |= request.extra or {}
    words = {name.replace("_", " "): text for name, text in given.items() if text}
    refuse_free_text(request.summary, request.rollback_plan, request.needs, words)


def _refuse_strangers(
    policy: PolicyInEffect, service: Service, request: AttemptRequest, release: Release | None
) -> None:
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
            if not text.strip() and request.origin is Origin.PERSON:
                raise RefusedError("text_missing", f"the {name} is missing: say in a sentence what people should know")


_WORDS = {Action.REQUEST_RELEASE: "release", Action.DECLARE_EMERGENCY: "declare an emergency for"}


def _artefact(world: World, request: AttemptRequest, release: Release | None, last: Attempt | None) -> Artefact:
    change = request.change if release is None else release.change
    if change is not None:
        return Artefact(service=request.service, version=change.version, digest=change.digest, size=0)
    version = request.version or (last.version if last else None)
    if version is None:
        known = world.artefacts.versions(request.service)
        if not known:
            raise RefusedError("no_version", f"{request.service} has no built version yet: nothing can be released")
        version = known[-1]
    artefact = world.artefacts.resolve(request.service, version)
    if request.origin is Origin.PLATFORM and last and artefact.digest != last.digest:
        raise RefusedError("digest_changed", "the platform may go on with the same artefact only")
    return artefact


def _requested(
    world: World,
    tx: Transaction,
    policy: PolicyInEffect,
    request: AttemptRequest,
    service: Service,
    artefact: Artefact,
) -> Release:
    needs = resolved_needs(world, service.name, request.needs)
    _refuse_unknown_failure(tx, request)
    around = people_around(
        tx,
        policy,
        service,
        request.actor,
        for_team=request.for_team,
        attended_by=request.attended_by,
        support=request.support,
    )
    release = tx.releases.create(_new_release(request, service, needs, around))
    if release.kind is ChangeKind.SECURITY:
        claim_texts(tx, release)
    payload = _what(request, artefact, release)
    tx.log("release_requested", request.actor, release_id=release.id, service=release.service, payload=payload)
    if request.kind.rank:
        about = f"{request.kind.value} release {release.id} of {service.name} {artefact.version}"
        open_review(tx, ReviewKind(request.kind.value), about, request.actor, release)
    return release


def _refuse_unknown_failure(tx: Transaction, request: AttemptRequest) -> None:
    """What a release fixes lets it through that one's hold, so it must be one of the same service."""
    if request.fixes is None:
        return
    failed = tx.releases.get(request.fixes)
    if failed is None or failed.service != request.service:
        message = f"there is no release {request.fixes} of {request.service} that this one could fix"
        raise RefusedError("fixes_unknown", message)


def _new_release(request: AttemptRequest, service: Service, needs: Sequence[Need], around: Around) -> NewRelease:
    return NewRelease(
        service=service.name,
        team=service.team,
        kind=request.kind,
        summary=request.summary,
        rollback_plan=request.rollback_plan,
        to=request.to,
        requested_by=request.actor.id,
        ticket=request.ticket,
        fixes=request.fixes,
        product_owner=service.product_owner,
        extra=dict(request.extra or {}),
        needs=needs,
        change=request.change,
        for_team=around.for_team,
        attended_by=around.attended_by,
        booking=around.booking,
        proof_in=request.proof_in,
    )


def _stages(
    tx: Transaction,
    policy: PolicyInEffect,
    service: Service,
    release: Release,
    artefact: Artefact,
    to: StageRole,
) -> Sequence[NewStage]:
    if release.change is not None:
        return change_stages(policy, service, release.change)
    roles = list(StageRole)
    stages: list[NewStage] = []
    for role in roles:
        definition = service.stages[role]
        outcome, detail = None, ""
        if roles.index(role) > roles.index(to):
            outcome, detail = StageOutcome.NOT_ASKED, f"asked for up to {to.value} only"
        elif definition.not_applicable is not None:
            absent = definition.not_applicable
            outcome = StageOutcome.NOT_APPLICABLE
            detail = f"not applicable, because {absent.because}; agreed by {absent.agreed_by}"
        elif _holds_already(tx, policy, service, release, role, artefact, stages):
            outcome, detail = (
                StageOutcome.CARRIED_OVER,
                f"{artefact.version} is proven in {definition.environment}",
            )
        stages.append(
            NewStage(
                definition=definition,
                policy_hash=effective_policy_hash(policy.platform, service.team, definition.environment),
                outcome=outcome,
                detail=detail,
            )
        )
    return stages


def _holds_already(
    tx: Transaction,
    policy: PolicyInEffect,
    service: Service,
    release: Release,
    role: StageRole,
    artefact: Artefact,
    before: Sequence[NewStage],
) -> bool:
    """Dev: proven once, by whatever run, unless the run is Dev's own. Preprod: while it runs and its proof holds."""
    if role is StageRole.PROD or release.to is StageRole.DEV:
        return False
    environment = service.stages[role].environment
    proof = tx.records.latest_proof(service.name, environment, artefact.digest)
    if proof is None or not proof.passed:
        return False
    if role is StageRole.DEV:
        return True
    is_retry = bool(tx.releases.attempts(release.id))
    runs_it = tx.records.deployed(service.name, environment).digest == artefact.digest
    life = timedelta(minutes=policy.platform.proof_life_minutes)
    changes = changes_since(tx, policy.platform, service.name, [proof])
    sound = not any(flaws(proof, tx.now, life, changes, service.depends_on))
    return is_retry and runs_it and sound and all(stage.outcome is not None for stage in before)


def _what(request: AttemptRequest, artefact: Artefact, release: Release) -> JsonObject:
    return {
        "version": artefact.version,
        "digest": artefact.digest,
        "summary": request.summary,
        "rollback_plan": request.rollback_plan,
        "change_kind": request.kind.value,
        "to": request.to.value,
        "ticket": request.ticket,
        "needs": [str(need) for need in release.needs],
        "team": release.team,
        "for_team": release.for_team,
        "attended_by": release.attended_by,
        "support": release.booking,
        "proof_in": request.proof_in,
        "run_id": request.run_id,
        "origin": request.origin.value,
        **as_payload(request.change),
    }


def _announcement(attempt: Attempt, release: Release) -> Message:
    behalf = f" on behalf of team {release.for_team}" if release.for_team else ""
    return Message(
        key=f"{attempt.id}:opened",
        channel="deploy",
        text=f"{release.service} {attempt.version}: {release.requested_by} asks{behalf} for a release to"
        f" {release.to.value} ({release.id}): {release.summary or 'automatic Dev run'}",
    )


def log_refusal(world: World, request: AttemptRequest, error: SlipwayError) -> None:
    """A request that came to nothing is in the log too."""
    payload = {
        "code": getattr(error, "code", type(error).__name__),
        "message": str(error),
        "version": shortened(request.version),
        "dag_id": request.dag_id,
        "run_id": request.run_id,
        "outcome": Outcome.REFUSED.value,
    }
    with world.store.transaction() as tx:
        tx.log(
            "release_refused",
            request.actor,
            release_id=shortened(request.release_id),
            service=request.service,
            payload=payload,
        )
