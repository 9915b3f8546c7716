"""Puts a question to the people who may answer it, with the evidence it is decided on (R6, R8, R9, R16)."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from slipway.domain import messages
from slipway.domain.authority import entitled
from slipway.domain.commits import CommitsSinceLive
from slipway.domain.evidence import evidence, question
from slipway.domain.grant import STEPS_BEFORE, ApprovalRequest, Decision, Step
from slipway.domain.json_value import JsonObject
from slipway.domain.policy.decision import Facts
from slipway.domain.policy.grants_count import earliest_expiry, matter_of
from slipway.domain.policy.window_is_open import attend_until
from slipway.domain.release import StageOutcome
from slipway.domain.service import StageRole
from slipway.ports.store import Transaction
from slipway.ports.values import Actor
from slipway.use_cases.announce_beforehand import announced
from slipway.use_cases.commits_since_live import commits_since_live
from slipway.use_cases.contain_emergencies import look_again
from slipway.use_cases.facts import gather
from slipway.use_cases.leave_out_confirmation import left_out, told_who_confirms
from slipway.use_cases.name_authors import name_authors
from slipway.use_cases.show_watch import show_watch
from slipway.use_cases.way_back_tried import way_back_tried
from slipway.use_cases.world import World


@dataclass(frozen=True, kw_only=True)
class Asked:
    """The question as put. `assignees` maps a person's id to the name that people read."""

    request: ApprovalRequest
    subject: str
    assignees: dict[str, str]
    seconds_left: float
    again: bool


@dataclass(frozen=True, kw_only=True)
class NotAsked:
    """Nobody needs to be asked. `go_on` False: the stage has ended, what follows is left out."""

    go_on: bool
    detail: str


def ask_approval(world: World, attempt_id: str, step: Step, task_instance: str, actor: Actor) -> Asked | NotAsked:
    """Writes the question before Airflow shows it; asked again, it keeps its deadline."""
    look_again(world, attempt_id, step.role, actor)
    commits = commits_since_live(world, attempt_id, step)
    with world.store.transaction() as tx:
        attempt = tx.releases.lock_attempt(attempt_id)
        facts = gather(tx, attempt, step.role)
        settled = _already_settled(tx, facts, step) or _left_out(tx, facts, step, actor)
        if settled is not None:
            return settled
        rule = facts.platform.rule(step.action)
        eligible = entitled(rule, matter_of(facts, step), facts.people)
        if not eligible:
            detail = f"nobody may answer {step.value}: it needs {rule.who.describe()}, and not a requester"
            tx.stages.set_ending(attempt_id, step.role, StageOutcome.REFUSED, detail)
            _log(tx, facts, actor, "approval_impossible", {"step": step.value, "message": detail})
            return NotAsked(go_on=False, detail=detail)
        if step in STEPS_BEFORE[step.role]:
            facts = told_who_confirms(tx, announced(tx, facts, actor), step)
        name_authors(tx, facts, commits)
        request = _request(tx, facts, step, eligible, commits)
        times = tx.grants.ask(request, task_instance)
        names = {person: facts.people.by_id[person].name for person in eligible}
        payload = {
            "step": step.value,
            "asked": times,
            "eligible": list(eligible),
            "evidence_hash": request.evidence_hash,
            "expires_at": request.expires_at.isoformat(),
        }
        _log(tx, facts, actor, "approval_asked", payload)
        subject = question(step, facts)
        tx.tell(
            messages.approvals.asked(
                attempt,
                request,
                facts.stage.environment,
                question=subject,
                names=tuple(names.values()),
                addresses=facts.people.addresses(eligible),
                times=times,
                base_url=world.base_url,
            )
        )
        return Asked(
            request=request,
            subject=subject,
            assignees=names,
            seconds_left=max(1.0, (request.expires_at - tx.now).total_seconds()),
            again=times > 1,
        )


def _already_settled(tx: Transaction, facts: Facts, step: Step) -> NotAsked | None:
    stage, attempt = facts.stage, facts.attempt
    if stage.outcome is not None and stage.outcome.has_no_work:
        return NotAsked(go_on=True, detail=stage.detail)
    if step is Step.VERDICT and stage.watch_is_settled:
        return NotAsked(go_on=True, detail="there is nothing to decide: the watch was clear, or nothing was watched")
    over = stage.outcome or stage.ending
    if over is not None:
        return NotAsked(go_on=False, detail=f"{stage.environment} has ended: {over}. {stage.ending_detail}")
    if attempt.stop_requested_by is not None:
        return NotAsked(go_on=False, detail=f"stopped by {attempt.stop_requested_by}: {attempt.stop_reason}")
    answered = next((g for g in tx.grants.of_attempt(attempt.id) if g.step is step), None)
    if answered is not None:
        granted = answered.decision is Decision.APPROVE
        return NotAsked(go_on=granted, detail=f"{step.value} was answered by {answered.person}: {answered.decision}")
    return None


def _left_out(tx: Transaction, facts: Facts, step: Step, actor: Actor) -> NotAsked | None:
    detail = left_out(tx, facts, actor) if step is Step.CONFIRM else None
    return None if detail is None else NotAsked(go_on=True, detail=detail)


def _request(
    tx: Transaction, facts: Facts, step: Step, eligible: tuple[str, ...], commits: CommitsSinceLive | None
) -> ApprovalRequest:
    before = tx.grants.request(facts.attempt.id, step)
    runs = tx.records.deployed(facts.release.service, facts.stage.environment).version
    arrival = tx.records.arrival(facts.release.service, facts.attempt.digest)
    watch = show_watch(tx, facts.stage) if step is Step.VERDICT else None
    tried = way_back_tried(tx, facts.attempt, facts.release) if step.role is StageRole.PROD else None
    if step is Step.VERDICT:
        confirmed = [one for one in tx.grants.of_attempt(facts.attempt.id) if one.step is Step.CONFIRM]
        facts = replace(facts, grants=(*facts.grants, *confirmed))
    text = evidence(
        step,
        facts,
        runs,
        arrival=arrival,
        commits=commits,
        left=tx.preprods.beside_live(tx.policy()),
        watched=watch.checks if watch else (),
        last_day=tx.last_days.of(facts.stage.environment) if step in STEPS_BEFORE[step.role] else None,
        tried=tried,
        warned_in_dev=_warned_in_dev(tx, facts) if step is Step.APPROVE else (),
    )
    return ApprovalRequest(
        attempt_id=facts.attempt.id,
        step=step,
        evidence=text,
        evidence_hash=hashlib.sha256(text.encode()).hexdigest(),
        eligible=eligible,
        expires_at=before.expires_at if before else _deadline(tx, facts, step),
    )


def _warned_in_dev(tx: Transaction, facts: Facts) -> Sequence[str]:
    dev = next((stage for stage in facts.stages_before if stage.role is StageRole.DEV), None)
    proof = dev and tx.records.latest_proof(facts.attempt.service, dev.environment, facts.attempt.digest)
    return proof.warnings if proof else ()


def _deadline(tx: Transaction, facts: Facts, step: Step) -> datetime:
    """Confirm and verdict: while somebody attends. Others: as configured, no later than a grant they build on."""
    if step in {Step.CONFIRM, Step.VERDICT}:
        return tx.stages.attend(facts.attempt.id, step.role, attend_until(facts, tx.now))
    life = facts.platform.approval_life[step.role]
    deadline = tx.now + timedelta(minutes=life.request_minutes)
    earliest = earliest_expiry(facts)
    return deadline if earliest is None else min(deadline, earliest)


def _log(tx: Transaction, facts: Facts, actor: Actor, kind: str, payload: JsonObject) -> None:
    tx.log(kind, actor, attempt=facts.attempt, environment=facts.stage.environment, payload=payload)
