"""The one decision: may this stage start now? Used by turn, permit, console, CLI and messages alike."""

from collections.abc import Callable, Iterator, Sequence
from datetime import datetime

from slipway.domain.policy import (
    artefact_is_published,
    attempt_is_open,
    contains_emergencies,
    exception_is_current,
    grants_count,
    lane_is_ours,
    migrations_are_proven,
    needs_are_live,
    no_hold,
    no_newer_attempt,
    no_rescue_runs,
    not_quarantined,
    objections_had_time,
    planned_time,
    policy_is_activated,
    proof_holds,
    proven_before,
    service_is_free,
    smoke_host_is_allowed,
    support_is_there,
    targets_agree,
    version_is_not_bad,
    way_back_is_authorised,
    window_is_open,
)
from slipway.domain.policy.decision import Blocker, Decision, Facts

Rule = Callable[[Facts, datetime], Iterator[Blocker]]

BEFORE_TURN: Sequence[Rule] = (
    attempt_is_open.check,
    proven_before.check,
    proof_holds.check,
    needs_are_live.check,
    support_is_there.check,
    objections_had_time.check,
    migrations_are_proven.check,
    grants_count.check,
    version_is_not_bad.check,
    contains_emergencies.check,
    artefact_is_published.check,
    exception_is_current.check,
    planned_time.check,
    policy_is_activated.check,
    smoke_host_is_allowed.check,
    no_hold.check,
    window_is_open.check,
    no_rescue_runs.check,
    service_is_free.check,
    not_quarantined.check,
    way_back_is_authorised.check,
    no_newer_attempt.check,
)
"""What must hold before a stage takes its turn."""

FOR_PERMIT: Sequence[Rule] = (*BEFORE_TURN, lane_is_ours.check, targets_agree.check)
"""What must hold in the transaction that opens a stage's first activity."""

OF_A_RESCUE: Sequence[Rule] = (
    attempt_is_open.check,
    way_back_is_authorised.check,
    service_is_free.check,
    not_quarantined.check,
)
"""All that a rollback is asked: no window, hold, queue or difference of policy stands in its way (R18)."""

OF_A_RETURN: Sequence[Rule] = (
    attempt_is_open.check,
    no_newer_attempt.check,
    no_hold.check,
    window_is_open.check,
    no_rescue_runs.check,
    service_is_free.check,
    not_quarantined.check,
    lane_is_ours.check,
)
"""Preprod's return queues like any stage; its authority and proof are those of the release that it takes back."""

RENEWABLE = grants_count.RENEWABLE | proof_holds.REPROVED | targets_agree.REPROVED | migrations_are_proven.REPROVED
"""Blockers that only new grants or a new proof clear: the attempt is renewed (`lifecycle.md`, authority in time, 5)."""


def decide(facts: Facts, now: datetime, rules: Sequence[Rule] = BEFORE_TURN) -> Decision:
    """All blockers of all rules; a rollback is asked fewer."""
    rollback = facts.release.rollback
    if rollback is not None:
        fewer = OF_A_RESCUE if rollback.is_rescue else OF_A_RETURN
        rules = [rule for rule in rules if rule in fewer]
    return Decision(blockers=tuple(blocker for rule in rules for blocker in rule(facts, now)))
