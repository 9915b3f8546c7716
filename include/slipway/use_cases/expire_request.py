"""Ends a question that nobody answered in time."""

from slipway.domain import messages
from slipway.domain.grant import Step
from slipway.domain.release import StageOutcome
from slipway.ports.values import Actor
from slipway.use_cases.world import World


def expire_request(world: World, attempt_id: str, step: Step, actor: Actor) -> str:
    """Approve, authorise and sign-off end the stage as expired; an unanswered confirm leaves it to the verdict."""
    with world.store.transaction() as tx:
        attempt = tx.releases.lock_attempt(attempt_id)
        stage = tx.stages.get(attempt_id, step.role)
        answered = next((grant for grant in tx.grants.of_attempt(attempt_id) if grant.step is step), None)
        if answered is not None:
            return f"{step.value} was answered by {answered.person} in the last moment: {answered.decision}"
        detail = f"nobody answered {step.value} in time"
        if step not in {Step.CONFIRM, Step.VERDICT}:
            tx.stages.set_ending(attempt_id, step.role, StageOutcome.EXPIRED, detail)
        payload = {"step": step.value, "detail": detail}
        tx.grants.close_request(attempt_id, step)
        tx.tell(messages.approvals.expired(attempt, step, stage.environment, detail))
        tx.log("request_expired", actor, attempt=attempt, environment=stage.environment, payload=payload)
        return detail
