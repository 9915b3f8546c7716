"""Opens an attempt: who asks, for what, resolved to an artefact and to stage definitions that later tasks rely on."""

from contextlib import suppress

from slipway.domain import messages
from slipway.domain.disclosure import is_of_a_run, is_version
from slipway.domain.errors import NotFoundError, RefusedError, Remedy, SlipwayError
from slipway.domain.needs import read_needs
from slipway.domain.release import Attempt, ChangeKind, Origin, Outcome, Release, ReleaseState
from slipway.domain.service import Service
from slipway.domain.text_limits import REFUSAL
from slipway.ports.outside.artefacts import Artefact
from slipway.ports.store import Transaction
from slipway.ports.values import NewAttempt
from slipway.use_cases.attempt_request import AttemptRequest, refuse_free_text_in, texts_of
from slipway.use_cases.attempt_stages import attempt_stages
from slipway.use_cases.bring_artefact import bring_artefact
from slipway.use_cases.change_stages import (
    refuse_what_does_not_fit,
)
from slipway.use_cases.check_needs import refuse_circles
from slipway.use_cases.contain_emergencies import asked_before_opening, keep_contained
from slipway.use_cases.in_place_of_nothing import pages_needed, versions_to_release, with_pages
from slipway.use_cases.new_release import owe_a_review, requested_release
from slipway.use_cases.proof_elsewhere import refuse_proof_elsewhere
from slipway.use_cases.refuse_long_texts import refuse_long_texts, shortened
from slipway.use_cases.supersede import supersede_pending
from slipway.use_cases.try_bad_again import bad_again, inherited, refuse_what_cannot_pass, tell_of_it
from slipway.use_cases.who_may_open import as_owned, refuse_strangers, release_to_resume
from slipway.use_cases.world import World


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
    refuse_long_texts(texts_of(request))
    if request.kind is ChangeKind.SECURITY:
        refuse_free_text_in(request)
    service = world.definitions.service(request.service)
    _bring_artefacts(world, request, service)
    asked = asked_before_opening(world, request, service)
    with world.store.transaction() as tx:
        tx.releases.lock_service(request.service)
        known = tx.releases.attempt_of_run(request.dag_id, request.run_id)
        if known is not None:
            return known
        policy = tx.policy()
        service = as_owned(service, policy)
        release = release_to_resume(tx, request)
        if release is not None and release.kind is ChangeKind.SECURITY:
            refuse_free_text_in(request)
        refuse_strangers(policy, service, request, release)
        last = next(reversed(tx.releases.attempts(release.id)), None) if release else None
        artefact = _artefact(world, request, service, release, last)
        again = inherited(last, artefact)
        if request.origin is Origin.PERSON:
            again = bad_again(tx, policy, service, artefact, request.despite_bad, request.actor)
            refuse_what_cannot_pass(tx, release, request.to if release is None else release.to, artefact, again)
        if release is None:
            refuse_proof_elsewhere(policy.platform, service, request.proof_in, request.kind)
            refuse_what_does_not_fit(tx, policy, service, request.change)
            release = requested_release(world, tx, policy, request, service, artefact)
        else:
            refuse_proof_elsewhere(policy.platform, service, release.proof_in, release.kind)
            tx.releases.set_state(release.id, ReleaseState.OPEN, None)
            if request.origin is Origin.PERSON:
                tx.releases.add_requester(release.id, request.actor.id)
        refuse_circles(tx, release, artefact.version)
        to = request.to if not request.release_id else release.to
        service = with_pages(world, tx, service.proven_in(release.proof_in), release, to, artefact)
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
                stages=attempt_stages(
                    tx,
                    policy,
                    service,
                    release,
                    artefact,
                    to,
                ),
                depends_on=service.depends_on,
                bad_again=again,
            )
        )
        payload = {"version": artefact.version, "digest": artefact.digest, "run_id": request.run_id}
        tx.log("attempt_opened", request.actor, attempt=attempt, payload={**payload, "supersedes": superseded})
        tx.tell(messages.releases.asked_for(release, attempt))
        owe_a_review(tx, release, attempt, request.actor)
        keep_contained(tx, release, attempt, last, request, asked)
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
        tx.wake()
        return attempt


def _bring_artefacts(world: World, request: AttemptRequest, service: Service) -> None:
    """What the store lacks, for whoever may ask. Nobody waits for a lock while a place outside takes its time."""
    if service.repository is None and not request.needs:
        return
    with world.store.transaction() as tx:
        if tx.releases.attempt_of_run(request.dag_id, request.run_id) is not None:
            return
        policy = tx.policy()
        release = release_to_resume(tx, request)
        refuse_strangers(policy, as_owned(service, policy), request, release)
        pages = pages_needed(tx, service, request.to if release is None else release.to)
    if request.version is not None:
        bring_artefact(world, service, request.version, request.actor)
    for page in {one.in_place_of_nothing.version for one in pages if one.in_place_of_nothing}:
        with suppress(NotFoundError):  # what is not there is refused with the stage that it is for
            bring_artefact(world, service, page, request.actor)
    for name, version in read_needs(request.needs):
        with suppress(NotFoundError):  # what is not known is refused with the other needs
            bring_artefact(world, world.definitions.service(name), version, request.actor)


def _artefact(
    world: World, request: AttemptRequest, service: Service, release: Release | None, last: Attempt | None
) -> Artefact:
    change = request.change if release is None else release.change
    if change is not None:
        return Artefact(service=request.service, version=change.version, digest=change.digest, size=0)
    version = request.version or (last.version if last else None)
    if version is None:
        known = versions_to_release(world, service)
        if not known:
            raise RefusedError("no_version", f"{request.service} has no built version yet: nothing can be released")
        version = known[-1]
    artefact = world.artefacts.resolve(request.service, version)
    if request.origin is Origin.PLATFORM and last and artefact.digest != last.digest:
        raise RefusedError("digest_changed", "the platform may go on with the same artefact only")
    return artefact


def log_refusal(world: World, request: AttemptRequest, error: SlipwayError) -> None:
    """A request that came to nothing is in the log too; of what is secret no more than whose run it was, if
    that tells nothing."""
    payload = {
        "code": getattr(error, "code", type(error).__name__),
        "message": shortened(str(error), REFUSAL),
        "outcome": Outcome.REFUSED.value,
    }
    with world.store.transaction() as tx:
        about = _release_of_that_service(tx, request)
        named = {"dag_id": request.dag_id, "run_id": request.run_id}
        service = shortened(request.service)
        if not _is_secret(tx, request):
            payload |= {**named, "version": shortened(request.version)}
            if about is None and request.release_id is not None:
                payload["release_id"] = shortened(request.release_id)
        elif not _is_known(world, request.service):
            service, payload["message"] = None, "there is no such service"
        elif is_of_a_run(request.run_id, request.service, _plain(request.version)):
            payload |= named
        tx.log("release_refused", request.actor, release_id=about, service=service, payload=payload)


def _is_known(world: World, service: str) -> bool:
    try:
        return world.definitions.service(service) is not None
    except SlipwayError:
        return False


def _plain(version: str | None) -> str:
    return version if version and is_version(version) else ""


def _is_secret(tx: Transaction, request: AttemptRequest) -> bool:
    """Whether it is security, or claims to be."""
    named = shortened(request.release_id)
    release = tx.releases.get(named) if named is not None else None
    return ChangeKind.SECURITY in {request.kind, release.kind if release else None}


def _release_of_that_service(tx: Transaction, request: AttemptRequest) -> str | None:
    """The release that the request goes on with; None where there is none, or it is another service's."""
    named = shortened(request.release_id)
    release = tx.releases.get(named) if named is not None else None
    return release.id if release is not None and release.service == request.service else None
