"""Turns an answer that Airflow keeps into a grant, or says why it does not count (R6, R9, R11).

Runs in the API server, which re-reads the answer itself; a task only says where to look.
"""

from dataclasses import dataclass, replace
from datetime import timedelta
from enum import StrEnum

from slipway.domain import messages
from slipway.domain.authority import why_not
from slipway.domain.disclosure import how_to_answer_with_less
from slipway.domain.grant import PLATFORM_ACCOUNT, Answer, Decision, Step
from slipway.domain.policy.decision import Facts
from slipway.domain.policy.grants_count import matter_of
from slipway.domain.release import ChangeKind, StageOutcome
from slipway.domain.service import StageRole
from slipway.domain.text_limits import says_nothing
from slipway.ports.store import Transaction
from slipway.ports.values import Actor
from slipway.use_cases.facts import gather
from slipway.use_cases.refuse_long_texts import why_too_long
from slipway.use_cases.world import World

NO_REASON = "no reason given"


class AnswerKind(StrEnum):
    """What an answer came to."""

    GRANTED = "granted"
    REJECTED = "rejected"
    WITHDRAWN = "withdrawn"
    DOES_NOT_COUNT = "does_not_count"


@dataclass(frozen=True, kw_only=True)
class AnswerResult:
    """`detail` is for people."""

    kind: AnswerKind
    detail: str


def record_answer(world: World, attempt_id: str, step: Step, answer: Answer) -> AnswerResult:
    """Judges the person by the policy in effect now and writes grant or refusal with its log entry."""
    actor = _who(answer)
    with world.store.transaction() as tx:
        attempt = tx.releases.lock_attempt(attempt_id)
        facts = gather(tx, attempt, step.role)
        before = next((g for g in tx.grants.of_attempt(attempt_id) if g.step is step), None)
        if before is not None:
            kind = AnswerKind.GRANTED if before.decision is Decision.APPROVE else AnswerKind.REJECTED
            if (before.person, before.decision) != (answer.person, answer.decision):
                message = f"{step.value} was answered before, by {before.person}: {before.decision}"
                _log_refusal(tx, facts, step, answer, message)
            return AnswerResult(kind=kind, detail=f"{before.person} answered {before.decision} before")
        if answer.decision == Decision.WITHDRAWN and answer.person == PLATFORM_ACCOUNT:
            return _withdraw(tx, facts, step, actor)
        refusal = _why_it_does_not_count(tx, facts, step, answer)
        if refusal is not None:
            _log_refusal(tx, facts, step, answer, refusal)
            tx.tell(messages.approvals.does_not_count(attempt, step, answer.hitl_id, actor.id, refusal))
            return AnswerResult(kind=AnswerKind.DOES_NOT_COUNT, detail=refusal)
        return _write(tx, facts, step, answer, actor)


def _who(answer: Answer) -> Actor:
    return Actor(id=answer.person or "unknown", via="airflow")


def _log_refusal(tx: Transaction, facts: Facts, step: Step, answer: Answer, message: str) -> None:
    """Once an answer: a task that Airflow tries again has the same one read again."""
    which = {
        "step": step.value,
        "decision": answer.decision,
        "hitl_id": answer.hitl_id,
        "answered_at": answer.at.isoformat(),
    }
    if not tx.grants.refused_before(facts.attempt.id, _who(answer), which):
        payload = {**which, "message": message}
        environment = facts.stage.environment
        tx.log("answer_refused", _who(answer), attempt=facts.attempt, environment=environment, payload=payload)


def _why_it_does_not_count(tx: Transaction, facts: Facts, step: Step, answer: Answer) -> str | None:
    over = facts.attempt.outcome or facts.stage.outcome or facts.stage.ending
    if over is not None:
        because = f", {facts.stage.ending_detail}" if facts.stage.ending is not None else ""
        return f"the stage has ended: {over}{because}"
    if answer.decision not in {Decision.APPROVE, Decision.REJECT}:
        return f"{answer.decision} may be chosen by the platform's own account only; choose Approve or Reject"
    request = tx.grants.request(facts.attempt.id, step)
    if request is None:
        return "this question was never put by the platform"
    if answer.at > request.expires_at:
        return f"the request had expired at {request.expires_at:%Y-%m-%d %H:%M} UTC"
    if (flaw := _flaw_of_its_texts(step, answer, facts.release.kind)) is not None:
        return flaw
    rule = facts.platform.rule(step.action)
    return why_not(rule, facts.people.find(answer.person), matter_of(facts, step), facts.people)


def _flaw_of_its_texts(step: Step, answer: Answer, kind: ChangeKind) -> str | None:
    given = {"looked_by": answer.looked_by, "looked_at": answer.looked_at}
    needed = step.needed_to_approve if answer.decision == Decision.APPROVE else ()
    if any(says_nothing(given[name]) for name in needed):
        return "it must say who looked at the new functionality, and at what"
    if kind is ChangeKind.SECURITY:
        return how_to_answer_with_less(answer.comment, answer.looked_by, answer.looked_at)
    return why_too_long({"comment": answer.comment, "looked_by": answer.looked_by, "looked_at": answer.looked_at})


def _write(tx: Transaction, facts: Facts, step: Step, answer: Answer, actor: Actor) -> AnswerResult:
    request = tx.grants.request(facts.attempt.id, step)
    person = facts.people.find(answer.person)
    assert request is not None, "checked by _why_it_does_not_count"
    assert person is not None, "checked by _why_it_does_not_count"
    expires_at = tx.now + timedelta(minutes=facts.platform.approval_life[step.role].grant_minutes)
    stage = replace(facts.stage, policy_hash=facts.policy_hash)  # judged by the policy in effect now
    grant = tx.grants.write(request, stage, facts.attempt, person, answer, expires_at, facts.migration_proof)
    approved = grant.decision is Decision.APPROVE
    payload = {
        "step": step.value,
        "grant": grant.id,
        "decision": grant.decision.value,
        "comment": answer.comment,
        "looked_by": answer.looked_by,
        "looked_at": answer.looked_at,
        "digest": grant.digest,
        "migration_proof": grant.migration_proof,
        "policy_hash": grant.policy_hash,
        "evidence_hash": grant.evidence_hash,
        "hitl_id": answer.hitl_id,
        "expires_at": grant.expires_at.isoformat(),
    }
    kind = "grant_given" if approved else "rejected"
    tx.log(kind, actor, attempt=facts.attempt, environment=facts.stage.environment, payload=payload)
    if step is Step.CONFIRM:
        tx.stages.set_confirmed(facts.attempt.id, StageRole.PROD, "pass" if approved else "fail")
    elif step is Step.VERDICT:
        tx.stages.set_verdict(facts.attempt.id, StageRole.PROD, "pass" if approved else "fail")
    elif not approved:
        detail = f"{step.value} rejected by {person.name}: {_why(answer)}"
        tx.stages.set_ending(facts.attempt.id, step.role, StageOutcome.REJECTED, detail)
    tx.tell(messages.approvals.answered(facts.attempt, step, grant.decision, person.name, _why(answer)))
    tx.wake()
    result = AnswerKind.GRANTED if approved else AnswerKind.REJECTED
    return AnswerResult(kind=result, detail=f"{grant.decision} by {person.name}")


def _why(answer: Answer) -> str:
    """A no counts without a word, too: it is what brings live back."""
    return NO_REASON if says_nothing(answer.comment) else answer.comment


def _withdraw(tx: Transaction, facts: Facts, step: Step, actor: Actor) -> AnswerResult:
    stopped_by = facts.attempt.stop_requested_by
    detail = f"stopped by {stopped_by}: {facts.attempt.stop_reason}" if stopped_by else "withdrawn by the platform"
    if facts.stage.ending is not None:
        detail = facts.stage.ending_detail
    elif facts.stage.said_no and stopped_by is None:
        detail = "there is nothing to ask any more: it was found not to work"
    else:
        tx.stages.set_ending(facts.attempt.id, step.role, StageOutcome.WITHDRAWN, detail)
    tx.grants.close_request(facts.attempt.id, step)
    payload = {"step": step.value, "detail": detail}
    tx.log(
        "request_withdrawn",
        actor,
        attempt=facts.attempt,
        environment=facts.stage.environment,
        payload=payload,
    )
    return AnswerResult(kind=AnswerKind.WITHDRAWN, detail=detail)
