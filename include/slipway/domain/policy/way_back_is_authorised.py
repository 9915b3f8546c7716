"""A rollback is authorised by the grants of what it takes back, or by two people (R18, `authority.md`)."""

from collections.abc import Iterator
from datetime import datetime

from slipway.domain.authority import Matter, why_not
from slipway.domain.platform import Action
from slipway.domain.policy.decision import Blocker, Facts
from slipway.domain.rollback import Basis


def check(facts: Facts, now: datetime) -> Iterator[Blocker]:
    """`not_pre_authorised`, `second_missing`. The return of Preprod rests on Preprod's own grant."""
    rollback = facts.release.rollback
    if rollback is None:
        return
    if rollback.basis is Basis.PRE_AUTHORISED:
        refusal = None if facts.named_before == rollback.digest else "the grants of what runs name another artefact"
        if refusal is None:
            rule, person = facts.platform.rule(Action.ROLLBACK), facts.people.find(facts.release.requested_by)
            refusal = why_not(rule, person, Matter(team=facts.release.team), facts.people)
        if refusal is not None:
            yield Blocker(
                code="not_pre_authorised",
                message=f"{rollback.version} is not what one person may go back to: {refusal}",
                cleared_by="two people: slipway rollback with --to",
            )
    elif rollback.basis is Basis.TWO_PEOPLE and facts.seconded_by is None:
        yield Blocker(
            code="second_missing",
            message=f"{facts.release.requested_by} wants to roll back {rollback}, and nobody has seconded it",
            cleared_by="another person: slipway second; `slipway pending` has its number",
        )
