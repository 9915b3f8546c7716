"""Whether going back was tried in Preprod: for the log, once, and for those who decide about Prod (R18)."""

from dataclasses import replace

from slipway.domain.activity import Activity, ActivityKind
from slipway.domain.json_value import JsonObject
from slipway.domain.release import Attempt, Release, Stage
from slipway.domain.service import StageRole
from slipway.domain.way_back_rehearsal import BACK, FORTH, FORTH_AGAIN, WayBackTried, is_asked_for, why_not
from slipway.ports.store import Transaction
from slipway.ports.values import Actor
from slipway.use_cases.facts import release_of


def why_not_rehearsed(tx: Transaction, attempt: Attempt, stage: Stage) -> str | None:
    """Read once the new artefact runs; None where going back can be tried."""
    check = None if stage.definition.migrations is None else tx.migrations.checked(attempt.id, stage.role)
    return why_not(attempt, stage, None if check is None else check.proof)


def note_rehearsal(tx: Transaction, attempt: Attempt, stage: Stage, closed: Activity, actor: Actor) -> None:
    """Part of the transaction that closes a deploy, whoever closes it: so the log says it once."""
    if closed.kind is not ActivityKind.DEPLOY or not closed.state.succeeded or stage.outcome is not None:
        return
    where, way = stage.environment, {"from": attempt.version, "to": stage.previous_version}
    if closed.number == FORTH_AGAIN:
        payload: JsonObject = {**way, "seconds": round(_seconds_back(tx, attempt, stage), 1)}
        tx.log("rollback_rehearsed", actor, attempt=attempt, environment=where, payload=payload)
    elif closed.number == FORTH and is_asked_for(release_of(tx, attempt), stage):
        because = why_not_rehearsed(tx, attempt, stage)
        if because is not None:
            payload = {**way, "because": because}
            tx.log("rollback_not_rehearsed", actor, attempt=attempt, environment=where, payload=payload)


def way_back_tried(tx: Transaction, attempt: Attempt, release: Release) -> WayBackTried | None:
    """What the forms of Prod say of it; None where nobody asked for it. A proof that was carried over counts on."""
    preprod = tx.stages.get(attempt.id, StageRole.PREPROD)
    if not is_asked_for(release, preprod):
        return None
    tried = WayBackTried(environment=preprod.environment, version=attempt.version, back_to=preprod.previous_version)
    runs = tx.records.deployed(attempt.service, preprod.environment)
    brought = None if runs.attempt is None else tx.releases.attempt(runs.attempt)
    if brought is None or (runs.digest, brought.digest) != (attempt.digest, attempt.digest):
        return replace(tried, because=f"no deploy of {attempt.version} is what {preprod.environment} runs by now")
    stage = tx.stages.get(brought.id, StageRole.PREPROD)
    if any(one.number == FORTH_AGAIN and one.state.succeeded for one in _deploys(tx, brought, stage)):
        return replace(tried, back_to=stage.previous_version, seconds=_seconds_back(tx, brought, stage))
    return replace(tried, because=why_not_rehearsed(tx, brought, stage) or f"the deploy of {brought.id} left it out")


def _seconds_back(tx: Transaction, attempt: Attempt, stage: Stage) -> float:
    back = next((one for one in _deploys(tx, attempt, stage) if one.number == BACK), None)
    if back is None or back.closed_at is None:
        return 0.0
    return max(0.0, (back.closed_at - back.opened_at).total_seconds())


def _deploys(tx: Transaction, attempt: Attempt, stage: Stage) -> list[Activity]:
    return [one for one in tx.activities.of_stage(attempt.id, stage.role) if one.kind is ActivityKind.DEPLOY]
