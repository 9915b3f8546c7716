"""A version that a check or a person failed is not released again as it is, unless somebody answers for it (R18)."""

from collections.abc import Iterator
from datetime import datetime

from slipway.domain.authority import Matter, why_not
from slipway.domain.platform import Action
from slipway.domain.policy.decision import Blocker, Facts


def check(facts: Facts, now: datetime) -> Iterator[Blocker]:
    """`bad_version`, on the way to Preprod and Prod; who said why it may be tried again must still be entitled."""
    if facts.bad_version is None or not facts.stage.role.on_live_path:
        return
    message = f"{facts.attempt.version} is marked bad: {facts.bad_version}"
    again = facts.attempt.bad_again
    if again is not None:
        rule = facts.platform.rule(Action.RETRY_BAD_VERSION)
        refusal = why_not(rule, facts.people.find(again.by), Matter(team=facts.release.team), facts.people)
        if refusal is None:
            return
        message += f". The reason of {again.by} does not count any more: {refusal}"
    yield Blocker(
        code="bad_version",
        message=message,
        cleared_by="another version; or, once this attempt has ended, a senior or manager who says why it may be tried"
        f" again: slipway retry {facts.release.id} --reason",
    )
