"""What people are shown when they are asked, as Markdown; its text and hash go into the grant."""

from collections.abc import Iterator

from slipway.domain.grant import Grant, Step
from slipway.domain.policy.decision import Facts
from slipway.domain.release import Release, Stage

MOST_SHOWN = 30
"""Longer lists of other services' changes hide the rest of the form."""
NOT_BUILT = "not yet built: nothing was checked"

_QUESTIONS = {
    Step.APPROVE: "May {service} {version} be deployed to {environment}?",
    Step.AUTHORISE: "Do you authorise {service} {version} for {environment}?",
    Step.SIGN_OFF: "Do you sign off {service} {version} for {environment}?",
    Step.CONFIRM: "Does {service} {version} do in {environment} what it should?",
    Step.VERDICT: "The watch of {service} {version} in {environment} gave no clear answer. Is it good?",
}


def question(step: Step, facts: Facts) -> str:
    """The headline of the request."""
    return _QUESTIONS[step].format(
        service=facts.release.service, version=facts.attempt.version, environment=facts.stage.environment
    )


def evidence(step: Step, facts: Facts, runs_now: str | None) -> str:
    """What the decision is based on. `runs_now`: the version that the log says the environment runs."""
    release, attempt = facts.release, facts.attempt
    lines = [
        f"**{question(step, facts)}**",
        "",
        f"- Release: {release.id}, attempt {attempt.number}, of team {release.team}, {release.kind}",
        f"- Asked for by: {', '.join(sorted(release.requesters))}",
        f"- What changes: {_said(release.summary) or 'no summary given'}",
        f"- If it goes wrong: {_said(release.rollback_plan) or 'no rollback plan given'}",
        f"- Artefact: {attempt.version}, `{attempt.digest}`",
        f"- Runs in {facts.stage.environment} now: {runs_now or 'nothing'}; that is what a failure brings back",
        f"- Ticket: {_said(release.ticket or '') or 'none given'}",
        f"- Migrations: {NOT_BUILT}",
        *_instead_of_preprod(release),
        *(f"- Proven in {_stage(stage)}" for stage in facts.stages_before),
        *_since_the_proof(facts),
        *(f"- Needs {state}" for state in facts.needs),
        *(f"- {_grant(grant)}" for grant in facts.grants),
        *(f"- In the way now: {_said(hold.reason)} (hold {hold.id} by {hold.placed_by})" for hold in facts.holds),
    ]
    if facts.bad_version is not None:
        lines.append(f"- This version is marked bad: {facts.bad_version}")
    return "\n".join(lines)


def _said(text: str) -> str:
    """A person's words on one line: they must not look like lines of the platform's own."""
    return " ".join(text.split()).replace("<", "&lt;")


def _instead_of_preprod(release: Release) -> Iterator[str]:
    if release.proof_in is not None:
        yield f"- **Not proven in Preprod**: {release.requested_by} says that it is down; {release.proof_in} stands in"


def _stage(stage: Stage) -> str:
    return f"{stage.environment}: {stage.outcome or 'not finished'} ({stage.detail})"


def _since_the_proof(facts: Facts) -> Iterator[str]:
    """When Preprod proved it, and what else changed there since, for those who decide about Prod (R3)."""
    for environment, proof in facts.proofs.items():
        yield f"- Last proof in {environment}: {proof.verdict}, {proof.at:%Y-%m-%d %H:%M} UTC"
    if not facts.proofs:
        return
    if not facts.changes:
        yield "- Changed in pre-production since: nothing else"
        return
    yield "- Changed in pre-production since:"
    for change in facts.changes[:MOST_SHOWN]:
        depended = ": **this service depends on it**" if change.service in facts.attempt.depends_on else ""
        yield f"    - {change}{depended}"
    if len(facts.changes) > MOST_SHOWN:
        yield f"    - and {len(facts.changes) - MOST_SHOWN} other services"


def _grant(grant: Grant) -> str:
    return f"{grant.step}: {grant.decision} by {grant.person} at {grant.granted_at:%Y-%m-%d %H:%M} UTC"
