"""Reads, in one transaction, everything that the decision looks at."""

from collections.abc import Sequence
from datetime import timedelta

from slipway.domain.act import act_needs
from slipway.domain.activity import Turn, lane_of
from slipway.domain.announcement import Announcement
from slipway.domain.confirmation_waiver import ConfirmationWaiver
from slipway.domain.expected_start import nine_in_ten
from slipway.domain.grant import STEPS_BEFORE
from slipway.domain.policy.decision import Facts
from slipway.domain.policy_difference import touched
from slipway.domain.policy_hash import effective_policy_hash
from slipway.domain.proof import Proof
from slipway.domain.release import Attempt, Release, Stage
from slipway.domain.service import StageRole
from slipway.domain.way_back_rehearsal import is_asked_for
from slipway.ports.store import Transaction
from slipway.ports.values import PolicyInEffect
from slipway.use_cases.at_rest import may_overtake
from slipway.use_cases.check_needs import states_of
from slipway.use_cases.contain_emergencies import contained
from slipway.use_cases.proofs import changes_since
from slipway.use_cases.rollback_facts import named_before, newer_attempt, seconded_by

ENOUGH_SEEN = 5


def gather(tx: Transaction, attempt: Attempt, role: StageRole) -> Facts:
    """The facts for one stage of an attempt."""
    policy = tx.policy()
    release = policy.governed.owned(release_of(tx, attempt))
    stages = tx.stages.of_attempt(attempt.id)
    stage = next(stage for stage in stages if stage.role is role)
    before = tuple(other for other in stages[: stages.index(stage)])
    lease = tx.leases.live(attempt.service, stage.environment)
    turn = tx.turns.find(attempt.id, role)
    proofs = {} if role is not StageRole.PROD else _proofs(tx, attempt, before)
    return Facts(
        platform=policy.platform,
        people=policy.people,
        policy_hash=effective_policy_hash(policy.platform, release.team, stage.environment),
        release=release,
        attempt=attempt,
        stage=stage,
        calendar=policy.calendar,
        stage_needs=_needs_of(tx, policy, release, stage, turn),
        not_activated=not_activated(tx, policy, attempt.service, stage.environment),
        product_owner=release.product_owner,
        stages_before=before,
        grants=tuple(g for g in tx.grants.of_attempt(attempt.id) if g.step in STEPS_BEFORE[role]),
        holds=tuple(tx.records.standing_holds(attempt.service, stage.environment, release)),
        lease=lease,
        may_overtake_service=may_overtake(tx, release, lease),
        rescues=tuple(tx.activities.rescues()),
        quarantine=tx.quarantines.of_service(attempt.service, stage.environment),
        turn=turn,
        lane_holder=tx.turns.holder(lane_of(role, attempt.service)),
        bad_version=tx.records.why_bad(attempt.service, attempt.digest),
        differs_upstream=tx.mirrored_copies.why_differs(attempt.service, attempt.digest),
        runs_before={
            other.environment: tx.records.deployed(attempt.service, other.environment).digest for other in before
        },
        proofs=proofs,
        emergencies=contained(tx, release, attempt, role),
        needs=states_of(tx, release),
        named_before=named_before(tx, release),
        seconded_by=seconded_by(tx, release),
        newer_attempt=newer_attempt(tx, release),
        migration=None if stage.definition.migrations is None else tx.migrations.checked(attempt.id, role),
        booking=None if release.booking is None else tx.bookings.get(release.booking),
        confirmation_waiver=_confirmation_waiver(tx, stage),
        announcement=_announcement(tx, release, attempt, role),
        acknowledged=tuple(tx.announcements.acknowledged(release.id, attempt.version)) if role.on_live_path else (),
        changes=changes_since(tx, policy.platform, attempt.service, list(proofs.values())),
    )


def _confirmation_waiver(tx: Transaction, stage: Stage) -> ConfirmationWaiver | None:
    number = stage.confirmation_waiver
    return None if number is None else tx.confirmation_waivers.get(number)


def _announcement(tx: Transaction, release: Release, attempt: Attempt, role: StageRole) -> Announcement | None:
    is_told = release.problematic and role is StageRole.PROD
    return tx.announcements.find(release.id, attempt.version) if is_told else None


def _proofs(tx: Transaction, attempt: Attempt, before: Sequence[Stage]) -> dict[str, Proof]:
    places = [stage.environment for stage in before if stage.role.on_live_path]
    found = ((place, tx.records.latest_proof(attempt.service, place, attempt.digest)) for place in places)
    return {place: proof for place, proof in found if proof is not None}


def _needs_of(tx: Transaction, policy: PolicyInEffect, release: Release, stage: Stage, turn: Turn | None) -> timedelta:
    if stage.definition.act is not None:
        return act_needs(stage.definition, turn, tx.now)
    watch = stage.definition.watch
    needs = stage_needs(tx, policy, release.service, stage.environment)
    if is_asked_for(release, stage):
        needs *= 2  # back and forth once more
    return needs + (timedelta() if watch is None else watch.span)


def stage_needs(tx: Transaction, policy: PolicyInEffect, service: str, environment: str) -> timedelta:
    """Going there and going back: twice what nine in ten stages took; the rule's own guess until five were seen."""
    seen = tx.stages.seconds_taken(service, environment)
    usual = nine_in_ten(seen)
    if usual is None or len(seen) < ENOUGH_SEEN:
        return timedelta(minutes=policy.platform.stage_minutes)
    return 2 * usual


def not_activated(tx: Transaction, policy: PolicyInEffect, service: str, environment: str) -> tuple[str, ...]:
    """What the catalogue, as it was last seen on disk, says otherwise about this service there."""
    on_disk = tx.policies.seen()
    return touched(policy.governed, policy.governed if on_disk is None else on_disk, service, environment)


def release_of(tx: Transaction, attempt: Attempt) -> Release:
    """The release an attempt belongs to."""
    release = tx.releases.get(attempt.release_id)
    assert release is not None, "an attempt refers to its release by foreign key"
    return release
