"""What is known of a version and the emergencies that it must contain: asked of its repository, or declared (R20)."""

from collections.abc import Iterable, Sequence
from dataclasses import replace

from slipway.domain.containment import (
    Contained,
    Containment,
    LiveEmergency,
    must_contain,
    named_emergencies,
)
from slipway.domain.errors import RefusedError, SlipwayError
from slipway.domain.policy.contains_emergencies import missing
from slipway.domain.release import Attempt, ChangeKind, Origin, Release
from slipway.domain.repository import ArtefactSources, Repository
from slipway.domain.service import Service, StageRole
from slipway.ports.store import Transaction
from slipway.ports.values import Actor
from slipway.use_cases.attempt_request import AttemptRequest
from slipway.use_cases.world import World

SAME_ARTEFACT = "the release log: it is the same artefact"


def contained(tx: Transaction, release: Release, attempt: Attempt, role: StageRole) -> tuple[Containment, ...]:
    """What is known of each emergency that this stage's version must contain; nothing is asked."""
    if not must_contain(release, role):
        return ()
    return tuple(_known(tx, attempt, emergency) for emergency in tx.containments.owed(release.service))


def asked_before_opening(world: World, request: AttemptRequest, service: Service) -> Sequence[Containment]:
    """What the repository says of a version that a person asks for, outside the transaction that opens the attempt."""
    repository = service.stages[StageRole.PROD].repository
    urgent = request.kind is not ChangeKind.STANDARD or request.change is not None
    if request.version is None or repository is None or urgent or not request.to.on_live_path:
        return ()
    with world.store.transaction() as tx:
        owed = [Containment(emergency=emergency) for emergency in tx.containments.owed(service.name)]
        sources = tx.policy().platform.artefact_sources
    return [_asked(world, sources, repository, request.version, one) for one in owed]


def keep_contained(
    tx: Transaction,
    release: Release,
    attempt: Attempt,
    before: Attempt | None,
    request: AttemptRequest,
    asked: Iterable[Containment],
) -> None:
    """Keeps what was declared and found for an attempt just opened. Raises RefusedError where a person's request is
    not known to contain what it must: then the attempt is not opened."""
    for emergency, version in _declared(tx, release.service, request.contains):
        tx.containments.declare(attempt.id, emergency, version, request.actor.id)
        payload = {"emergency": emergency, "emergency_version": version, "version": attempt.version}
        tx.log("emergency_declared_contained", request.actor, attempt=attempt, payload=payload)
    if before is not None and before.digest == attempt.digest:
        tx.containments.carry_over(before.id, attempt.id)
    for one in asked:
        if one.answer is not Contained.UNKNOWN or _known(tx, attempt, one.emergency).answer is Contained.UNKNOWN:
            _keep(tx, attempt, one, request.actor)
    if request.origin is Origin.PERSON:
        for blocker in missing(release.service, contained(tx, release, attempt, release.to)):
            raise RefusedError(blocker.code, f"{blocker.message}. What clears it: {blocker.cleared_by}")


def look_again(world: World, attempt_id: str, role: StageRole, actor: Actor) -> None:
    """Asks the repository about emergencies of which nobody knows yet; one may have gone live since the request."""
    if not role.on_live_path:
        return
    with world.store.transaction() as tx:
        attempt, stage = tx.releases.attempt(attempt_id), tx.stages.get(attempt_id, role)
        repository = stage.definition.repository
        over = stage.outcome or stage.ending or tx.permits.find(attempt_id, role)
        if attempt is None or repository is None or over:
            return
        release = tx.releases.get(attempt.release_id)
        assert release is not None, "an attempt refers to its release by foreign key"
        open_ = [one for one in contained(tx, release, attempt, role) if one.answer is Contained.UNKNOWN]
        sources = tx.policy().platform.artefact_sources
    asked = [_asked(world, sources, repository, attempt.version, one) for one in open_]
    news = [after for before, after in zip(open_, asked, strict=True) if after != before]
    if news:
        with world.store.transaction() as tx:
            for one in news:
                _keep(tx, attempt, one, actor)


def _known(tx: Transaction, attempt: Attempt, emergency: LiveEmergency) -> Containment:
    if emergency.digest == attempt.digest:
        return Containment(emergency=emergency, answer=Contained.YES, source=SAME_ARTEFACT)
    return tx.containments.known(attempt.id, emergency)


def _asked(
    world: World, sources: ArtefactSources, repository: Repository, version: str, about: Containment
) -> Containment:
    failed = []
    for history in world.upstreams.histories(sources):
        try:
            found = history.contains(repository, version, about.emergency.version)
        except SlipwayError as error:
            failed.append(str(error))
        else:
            answer = Contained.YES if found.contained else Contained.NO
            return replace(about, answer=answer, source=found.source, because="")
    return replace(about, answer=Contained.UNKNOWN, because=" ".join(failed))


def _keep(tx: Transaction, attempt: Attempt, found: Containment, actor: Actor) -> None:
    tx.containments.found(attempt.id, found)
    payload = {
        "emergency": found.emergency.release_id,
        "emergency_version": found.emergency.version,
        "version": attempt.version,
        "answer": found.answer.value,
        "source": found.source,
        "because": found.because,
    }
    tx.log("emergency_containment_asked", actor, attempt=attempt, payload=payload)


def _declared(tx: Transaction, service: str, text: str) -> Iterable[tuple[str, str]]:
    """Emergency and version that somebody declares: as it went live, or as it is on its way."""
    live = {emergency.release_id: emergency.version for emergency in tx.containments.owed(service)}
    for name in named_emergencies(text):
        release = tx.releases.get(name)
        attempts = tx.releases.attempts(name) if release is not None else ()
        if release is None or release.service != service or not release.kind.rank or not attempts:
            message = f"there is no emergency or security release {name} of {service} that a version could contain"
            raise RefusedError("contains_unknown", message)
        yield name, live.get(name, attempts[-1].version)
