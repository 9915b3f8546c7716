"""The approvals a stage needs: there, not expired, for exactly this, by people who still may (R6, R8, R9)."""

from collections.abc import Iterator
from datetime import datetime

from slipway.domain.authority import Matter, why_not
from slipway.domain.grant import STEPS_BEFORE, Decision, Grant, Step
from slipway.domain.people import TeamRole
from slipway.domain.platform import Party
from slipway.domain.policy.decision import Blocker, Facts
from slipway.domain.service import StageRole

RENEWABLE = frozenset({"grant_expired", "grant_void"})
"""Blockers that only new grants can clear."""


def check(facts: Facts, now: datetime) -> Iterator[Blocker]:
    """`grant_missing`, `grant_expired`, `grant_void`: one for each step that does not count."""
    for step in STEPS_BEFORE[facts.stage.role]:
        grant = next((grant for grant in facts.grants if grant.step is step), None)
        if grant is None or grant.decision is not Decision.APPROVE:
            yield Blocker(
                code="grant_missing",
                message=f"{step.value} has not been answered with Approve",
                cleared_by=_who_may(facts, step),
            )
        else:
            yield from _faults(grant, facts, now)


def earliest_expiry(facts: Facts) -> datetime | None:
    """When the first of the stage's grants expires; None without grants."""
    return min((grant.expires_at for grant in facts.grants), default=None)


def matter_of(facts: Facts, step: Step) -> Matter:
    """The matter in which a step's answer is judged: requesters, and for sign-off who authorised."""
    authorisers = frozenset(
        grant.person for grant in facts.grants if grant.step is Step.AUTHORISE and step is Step.SIGN_OFF
    )
    return Matter(
        team=facts.release.team,
        product_owner=facts.product_owner,
        parties={Party.REQUESTER: facts.release.requesters, Party.AUTHORISER: authorisers},
        manager_agrees=step is Step.SIGN_OFF and facts.release.change is not None and facts.release.change.is_exception,
    )


def _who_may(facts: Facts, step: Step) -> str:
    """In words, a manager named where the exception leaves it to nobody else."""
    who = facts.platform.rule(step.action).who.describe()
    change = facts.release.change
    if change is None or not change.is_exception or facts.stage.role is not StageRole.PROD:
        return who
    why = "because it is made by hand or was not tested"
    approved = (grant for grant in facts.grants if grant.decision is Decision.APPROVE)
    signed = next((grant for grant in approved if grant.step is not step), None)
    if signed is None:
        return f"{who}; one of the two who decide must be a manager, {why}"
    signer = facts.people.find(signed.person)
    if signer is not None and signer.has_role_anywhere(TeamRole.MANAGER):
        return who
    return f"a manager, {why} and {signed.person}, who gave the {signed.step}, is no manager"


def _faults(grant: Grant, facts: Facts, now: datetime) -> Iterator[Blocker]:
    if grant.expires_at <= now:
        yield _void(grant, "grant_expired", f"expired at {grant.expires_at:%Y-%m-%d %H:%M} UTC")
    if grant.voided_because is not None:
        yield _void(grant, "grant_void", grant.voided_because)
    if grant.digest != facts.attempt.digest:
        yield _void(grant, "grant_void", "it was given for another artefact")
    if grant.migration_proof != facts.migration_proof:
        yield _void(grant, "grant_void", "it was given for other migrations, or on another proof of them")
    if grant.policy_hash != facts.policy_hash:
        yield _void(grant, "grant_void", "the policy in effect has changed since")
    person = facts.people.find(grant.person)
    rule = facts.platform.rule(grant.step.action)
    reason = why_not(rule, person, matter_of(facts, grant.step), facts.people)
    if reason is not None:
        yield _void(grant, "grant_void", reason)


def _void(grant: Grant, code: str, reason: str) -> Blocker:
    return Blocker(
        code=code,
        message=f"the {grant.step.value} of {grant.person} does not count: {reason}",
        cleared_by="new approvals, in a new attempt that the platform starts",
    )
