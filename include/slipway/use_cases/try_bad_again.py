"""A version marked bad is tried again where a senior or manager says why; the mark itself stays (R18)."""

from slipway.domain import messages
from slipway.domain.authority import Matter, why_not
from slipway.domain.errors import RefusedError
from slipway.domain.platform import Action
from slipway.domain.release import Attempt, BadAgain, Release
from slipway.domain.service import Service, StageRole
from slipway.domain.text_limits import says_nothing
from slipway.ports.outside.artefacts import Artefact
from slipway.ports.store import Transaction
from slipway.ports.values import Actor, PolicyInEffect
from slipway.use_cases.facts import release_of


def bad_again(
    tx: Transaction, policy: PolicyInEffect, service: Service, artefact: Artefact, reason: str, actor: Actor
) -> BadAgain | None:
    """Why this person has it tried again; None where no reason is given, and the blocker stays. Raises RefusedError."""
    if says_nothing(reason):
        return None
    if tx.records.why_bad(service.name, artefact.digest) is None:
        message = f"{artefact.version} is not marked bad: ask again without a reason why it may be tried all the same"
        raise RefusedError("not_marked_bad", message)
    rule = policy.platform.rule(Action.RETRY_BAD_VERSION)
    refusal = why_not(rule, policy.people.find(actor.id), Matter(team=service.team), policy.people)
    if refusal is not None:
        message = f"{actor.id} may not have {artefact.version} tried again, which is marked bad: {refusal}"
        raise RefusedError("may_not_retry_bad_version", message)
    return BadAgain(reason=reason, by=actor.id)


def refuse_what_cannot_pass(
    tx: Transaction, release: Release | None, to: StageRole, artefact: Artefact, again: BadAgain | None
) -> None:
    """What would end before Preprod for sure is not begun. `release` None: a new one. Raises RefusedError."""
    if to is StageRole.DEV or again is not None:
        return
    because = tx.records.why_bad(artefact.service, artefact.digest)
    if because is None:
        return
    if release is None:
        fix, despite = "Release a fix", f'slipway release {artefact.service} {artefact.version} --despite-bad "…"'
    else:
        fix = f"Go on with a fix: `slipway retry {release.id} --version …`"
        despite = f'slipway retry {release.id} --reason "…"'
    raise RefusedError(
        "bad_version",
        f"{artefact.service} {artefact.version} is marked bad: {because}. {fix}. Where the check was wrong, a senior or"
        f" manager says why: `{despite}`",
    )


def why_not_again(tx: Transaction, attempt: Attempt) -> str | None:
    """Why the next attempt may not have the same version; None where it may, or goes to Dev only."""
    if release_of(tx, attempt).to is StageRole.DEV:
        return None
    return tx.records.why_bad(attempt.service, attempt.digest)


def inherited(before: Attempt | None, artefact: Artefact) -> BadAgain | None:
    """What the platform's own further attempt of the same artefact goes on with."""
    return before.bad_again if before is not None and before.digest == artefact.digest else None


def tell_of_it(tx: Transaction, attempt: Attempt, actor: Actor) -> None:
    """Writes and says that it is tried again."""
    again = attempt.bad_again
    if again is None:
        return
    because = tx.records.why_bad(attempt.service, attempt.digest)
    payload = {"version": attempt.version, "marked": because, "reason": again.reason, "by": again.by}
    tx.log("bad_version_tried_again", actor, attempt=attempt, payload=payload)
    tx.tell(messages.releases.bad_version_again(attempt, again, because))
