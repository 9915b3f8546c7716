"""Whether nobody is asked to confirm a release in live, because a manager said so beforehand (R16)."""

from datetime import datetime

from slipway.domain.authority import why_not
from slipway.domain.confirmation_waiver import ConfirmationWaiver
from slipway.domain.grant import Step
from slipway.domain.platform import Action
from slipway.domain.policy.decision import Facts
from slipway.domain.policy.grants_count import matter_of
from slipway.domain.release import ChangeKind


def counts(waiver: ConfirmationWaiver, facts: Facts, now: datetime) -> bool:
    """Not for an emergency, which was looked at least; not from whoever asked for the release, or may not any more."""
    if not waiver.stands(now) or facts.release.kind is ChangeKind.EMERGENCY:
        return False
    rule = facts.platform.rule(Action.WAIVE_CONFIRM)
    return why_not(rule, facts.people.find(waiver.by), matter_of(facts, Step.CONFIRM), facts.people) is None
