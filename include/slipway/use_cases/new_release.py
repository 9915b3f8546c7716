"""Writes down what is asked for, with all that hangs on it: people, needs, private texts; then a review."""

from collections.abc import Sequence

from slipway.domain.json_value import JsonObject
from slipway.domain.needs import Need
from slipway.domain.release import Attempt, ChangeKind, Release
from slipway.domain.review import ReviewKind
from slipway.domain.service import Service
from slipway.ports.outside.artefacts import Artefact
from slipway.ports.store import Transaction
from slipway.ports.values import Actor, NewRelease, PolicyInEffect
from slipway.use_cases.attempt_request import AttemptRequest
from slipway.use_cases.change_stages import (
    as_payload,
)
from slipway.use_cases.check_needs import resolved_needs
from slipway.use_cases.keep_private import claim_texts
from slipway.use_cases.open_review import open_review
from slipway.use_cases.people_around import Around, people_around
from slipway.use_cases.what_it_fixes import refuse_what_needs_no_fix
from slipway.use_cases.world import World


def requested_release(
    world: World,
    tx: Transaction,
    policy: PolicyInEffect,
    request: AttemptRequest,
    service: Service,
    artefact: Artefact,
) -> Release:
    """The release of a first attempt, in the log. Raises RefusedError for what it refers to and is not there."""
    needs = resolved_needs(world, service.name, request.needs)
    refuse_what_needs_no_fix(tx, service.name, request.fixes)
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
    return release


def owe_a_review(tx: Transaction, release: Release, attempt: Attempt, actor: Actor) -> None:
    """Of what is urgent, once people were told that it is asked for."""
    if release.kind.rank and attempt.number == 1:
        about = f"{release.kind.value} release {release.id} of {release.service} {attempt.version}"
        open_review(tx, ReviewKind(release.kind.value), about, actor, release)


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
