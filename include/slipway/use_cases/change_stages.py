"""The one stage of a change that is made outside, and what it must say before anybody is asked (R10)."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from slipway.domain.change import ChangeSort, OutsideChange, gaps
from slipway.domain.errors import RefusedError
from slipway.domain.json_value import JsonObject
from slipway.domain.policy_hash import effective_policy_hash
from slipway.domain.release import Origin, Release, ReleaseState, StageOutcome
from slipway.domain.service import ActedBy, ActSettings, Profile, Service, StageDefinition, StageRole
from slipway.ports.store import Transaction
from slipway.ports.values import NewStage, PolicyInEffect

CHANGE_DAG = "record_change"


def refuse_another_dag(release: Release, dag_id: str) -> None:
    """What is made outside goes on in the one DAG without a deploy, and nothing else does. Raises RefusedError."""
    if (release.change is not None) != (dag_id == CHANGE_DAG):
        fits = CHANGE_DAG if release.change is not None else f"release__{release.service}"
        raise RefusedError("wrong_dag", f"{release.id} goes on in {fits}, not in {dag_id}: use `slipway retry`")


def refuse_what_does_not_fit(
    tx: Transaction, policy: PolicyInEffect, service: Service, change: OutsideChange | None
) -> None:
    """Raises RefusedError where the service is not changed in this way, or the description has gaps."""
    if change is None:
        if service.profile is not Profile.SERVICE:
            raise RefusedError(
                "changed_outside", f"{service.name} has no artefacts to release: {_HOW[service.profile]}"
            )
        return
    if change.sort.by_pipeline and service.profile is not Profile.STATIC_APP:
        raise RefusedError("no_static_app", f"{service.name} is no static app: {_HOW[service.profile]}")
    if change.sort is ChangeSort.THIRD_PARTY and service.profile is not Profile.BY_HAND:
        raise RefusedError("no_third_party", f"{service.name} is no third party's system: {_HOW[service.profile]}")
    missing = "; ".join(gaps(change, tx.now.astimezone(policy.calendar.zone).date()))
    if missing:
        raise RefusedError("change_incomplete", f"the change cannot be decided on yet. It does not say {missing}")


_HOW = {
    Profile.SERVICE: "release a version of it; what is done by hand is recorded with `slipway change record`",
    Profile.STATIC_APP: "its build pipeline asks over POST /slipway/api/changes",
    Profile.BY_HAND: "record the change with `slipway change record`",
}


def change_stages(policy: PolicyInEffect, service: Service, change: OutsideChange) -> Sequence[NewStage]:
    """Dev and Preprod not applicable, with what stands in for them; Prod with somebody outside who acts."""
    live = service.stages[StageRole.PROD]
    stages = [_left_out(service.stages[role], change) for role in StageRole if role is not StageRole.PROD]
    prod = NewStage(definition=_acted_on(live, change), policy_hash="")
    return [
        replace(
            stage,
            policy_hash=effective_policy_hash(policy.platform, service.team, stage.definition.environment),
        )
        for stage in (*stages, prod)
    ]


def first_run_of_what_a_pipeline_asked(tx: Transaction, release: Release, origin: Origin) -> bool:
    """A pipeline's request is a release before it has a run; only the platform starts that."""
    asked = origin is Origin.PLATFORM and release.change is not None and release.state is ReleaseState.OPEN
    return asked and not tx.releases.attempts(release.id)


def as_payload(change: OutsideChange | None) -> JsonObject:
    """What the log says of a change beside what it says of every release."""
    if change is None:
        return {}
    return {
        "sort": change.sort.value,
        "where": change.where,
        "tested": change.tested,
        "untested_because": change.untested_because,
        "by_hand_because": change.by_hand_because,
        "by_hand_until": str(change.by_hand_until) if change.by_hand_until else None,
        "not_before": change.not_before.isoformat() if change.not_before else None,
    }


def change_form(release: Release) -> dict[str, Any]:
    """The form of `record_change` for a run that the platform starts; what counts is what the release has."""
    change = release.change
    if change is None:
        return {}
    return {"service": release.service, "sort": change.sort.value, "what": change.what, "where": change.where}


def _acted_on(live: StageDefinition, change: OutsideChange) -> StageDefinition:
    usual = live.act or ActSettings(by=ActedBy.PERSON)
    by = ActedBy.PIPELINE if change.sort.by_pipeline else ActedBy.PERSON
    return replace(live, migrations=None, act=replace(usual, by=by))


def _left_out(definition: StageDefinition, change: OutsideChange) -> NewStage:
    """What the catalogue says of a stage that is never there, and the evidence of the test in its place."""
    tested = f"tested: {change.tested}" if change.tested.strip() else f"not tested, because {change.untested_because}"
    absent = definition.not_applicable
    because = absent.because if absent else f"a {change.sort.replace('_', ' ')} change is made in live"
    agreed_by = absent.agreed_by if absent else "those who authorise it and sign it off"
    return NewStage(
        definition=definition,
        policy_hash="",
        outcome=StageOutcome.NOT_APPLICABLE,
        detail=f"not applicable, because {because}; agreed by {agreed_by}; {tested}",
    )
