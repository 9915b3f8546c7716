"""`slipway approve` and `reject`: answering the question that a release puts, as the signed-in person."""

from enum import StrEnum
from typing import Annotated, Any

import typer

from slipway.cli.group import command_group
from slipway.cli.output import say
from slipway.cli.usage import wrong_usage
from slipway.domain.grant import Decision, Step
from slipway.domain.text_limits import says_nothing


class Question(StrEnum):
    """The questions that are put to people."""

    APPROVE = Step.APPROVE.value
    AUTHORISE = Step.AUTHORISE.value
    SIGN_OFF = Step.SIGN_OFF.value
    CONFIRM = Step.CONFIRM.value
    VERDICT = Step.VERDICT.value


approve = command_group("Answer a question of a release with Approve.")
reject = command_group("Answer a question of a release with Reject.")

Release = Annotated[str, typer.Argument(metavar="RELEASE", help="A release, e.g. r12.")]
WhichStep = Annotated[Question, typer.Argument(metavar="STEP", help="The question that is answered.")]
Comment = Annotated[str, typer.Option(help="Kept with the answer.")]
_LOOKED_AT = [step for step in Question if Step(step).needed_to_approve]
NEEDED = f"Needed to approve {', '.join(_LOOKED_AT[:-1])} and {_LOOKED_AT[-1]}."
LookedBy = Annotated[str, typer.Option(help=f"Who looked at the new functionality? {NEEDED}")]
LookedAt = Annotated[str, typer.Option(help=f"At what did they look? {NEEDED}")]


@approve.command("approve")
def say_yes(
    ctx: typer.Context,
    release: Release,
    step: WhichStep,
    looked_by: LookedBy = "",
    looked_at: LookedAt = "",
    comment: Comment = "",
) -> None:
    """Approve; waits a moment where the question is very fresh, because Airflow needs it."""
    inputs = {"looked_by": looked_by, "looked_at": looked_at, "comment": comment}
    missing = [
        f"Missing option '--{name.replace('_', '-')}', which {step} needs: {asks}"
        for name, asks in Step(step).needed_to_approve.items()
        if not inputs[name].strip()
    ]
    if missing:
        wrong_usage(ctx, missing)
    _answer(release, Step(step), Decision.APPROVE, inputs)


@reject.command("reject")
def say_no(
    ctx: typer.Context,
    release: Release,
    step: WhichStep,
    comment: Annotated[str, typer.Option(help="Why not: kept with the answer, and told.")],
    looked_by: Annotated[str, typer.Option(help="Who looked at the new functionality.")] = "",
    looked_at: Annotated[str, typer.Option(help="What they looked at.")] = "",
) -> None:
    """Reject; what was begun is undone."""
    if says_nothing(comment):
        wrong_usage(ctx, ["Invalid value for '--comment': it says nothing. Why not?"])
    _answer(release, Step(step), Decision.REJECT, {"looked_by": looked_by, "looked_at": looked_at, "comment": comment})


def _answer(release: str, step: Step, decision: Decision, inputs: dict[str, str]) -> None:
    from slipway.cli.session import signed_in_rest
    from slipway.domain.errors import NotFoundError

    rest = signed_in_rest()
    attempts = rest.call("GET", f"/slipway/api/releases/{release}")["attempts"]
    attempt = next((one for one in reversed(attempts) if one["outcome"] is None), None)
    if attempt is None:
        ended = f" {_how_it_ended(release, attempts[-1])}" if attempts else ""
        raise NotFoundError(
            f"no attempt of {release} is open, so it asks nobody.{ended} See `slipway status {release}`"
        )
    try:
        rest.answer(attempt["dag_id"], attempt["run_id"], f"{step.role}.{step}", decision.value, inputs)
    except NotFoundError as error:
        if attempt.get("stop_requested_by"):
            raise NotFoundError(f"{release} asks nobody any more: {_stopped(attempt)}") from error
        if over := _decided(release, attempt):
            raise NotFoundError(f"{release} asks nobody any more:{over}") from error
        plain = str(error).replace(f"{step.role}.{step} of {attempt['run_id']}", f"{step} of {release}")
        raise NotFoundError(plain) from error
    say(
        f"{decision.value} was sent for {step} of {attempt['id']}. Whether it counts is judged in a moment: "
        f"`slipway log list --release {release}`"
    )


def _stopped(attempt: dict[str, Any]) -> str:
    return f"{attempt['id']} was stopped by {attempt['stop_requested_by']}: {attempt['stop_reason']}"


def _how_it_ended(release: str, attempt: dict[str, Any]) -> str:
    by = f"; {_stopped(attempt)}" if attempt.get("stop_requested_by") else ""
    return f"{attempt['id']} ended: {attempt['outcome']}{by}.{_decided(release, attempt)}"


def _decided(release: str, attempt: dict[str, Any]) -> str:
    """Whether it was replaced or rejected, and by whom; empty: neither."""
    from slipway.domain.release import StageOutcome

    for stage in attempt.get("stages", ()):
        if stage["ending"] in {StageOutcome.SUPERSEDED, StageOutcome.REJECTED}:
            return f" {release} was {stage['ending']}: {stage['ending_detail']}."
    return ""
