"""Facts for the rules: a release of orders 1.0 that may go to Preprod now, unless changed by keyword."""

from datetime import UTC, datetime, timedelta
from typing import Any

from slipway.domain.activity import Activity, ActivityKind, ActivityState, Turn, TurnState, Worker
from slipway.domain.grant import Decision, Grant, Step
from slipway.domain.policy.decision import Facts
from slipway.domain.proof import Proof
from slipway.domain.release import Attempt, ChangeKind, Origin, Release, ReleaseState, Stage, StageOutcome
from slipway.domain.rollback import Basis, Rollback
from slipway.domain.service import StageRole
from slipway.domain.sighting import Sighting
from tests.builders import PREPROD, a_stage, calendar, people, platform_rules

NOW = datetime(2026, 11, 19, 10, 0, tzinfo=UTC)
"""A Thursday, in winter: London is at UTC."""
DIGEST = "sha256:" + "1" * 64


def a_release(**changes: Any) -> Release:
    values: dict[str, Any] = {
        "id": "r1",
        "service": "orders",
        "team": "ordering",
        "kind": ChangeKind.STANDARD,
        "summary": "takes more orders",
        "rollback_plan": "back",
        "to": StageRole.PROD,
        "requested_by": "rita",
        "requesters": frozenset({"rita"}),
        "state": ReleaseState.OPEN,
        "outcome": None,
        "requested_at": NOW,
    }
    return Release(**{**values, **changes})


def a_rollback(**changes: Any) -> Rollback:
    values: dict[str, Any] = {
        "environment": "prod",
        "version": "1.0",
        "digest": DIGEST,
        "from_version": "1.1",
        "from_digest": "sha256:" + "2" * 64,
        "from_attempt": "r0.1",
        "from_release": "r0",
        "schema_too": True,
        "basis": Basis.PRE_AUTHORISED,
    }
    return Rollback(**{**values, **changes})


def an_attempt(**changes: Any) -> Attempt:
    values: dict[str, Any] = {
        "id": "r1.1",
        "release_id": "r1",
        "number": 1,
        "service": "orders",
        "dag_id": "release__orders",
        "run_id": "run-1",
        "version": "1.0",
        "digest": DIGEST,
        "origin": Origin.PERSON,
        "actor": "rita",
        "opened_at": NOW,
        "outcome": None,
    }
    return Attempt(**{**values, **changes})


def stage_at(role: StageRole = PREPROD, **changes: Any) -> Stage:
    values: dict[str, Any] = {
        "attempt_id": "r1.1",
        "role": role,
        "definition": a_stage(role),
        "policy_hash": "policy",
        "ending": None,
        "ending_detail": "",
        "smoke": None,
        "confirmed": None,
        "previous_digest": None,
        "previous_version": None,
        "previous_revision": None,
        "outcome": None,
        "detail": "",
    }
    return Stage(**{**values, **changes})


def a_grant(step: Step = Step.APPROVE, person: str = "sam", **changes: Any) -> Grant:
    values: dict[str, Any] = {
        "id": 1,
        "release_id": "r1",
        "attempt_id": "r1.1",
        "step": step,
        "person": person,
        "decision": Decision.APPROVE,
        "digest": DIGEST,
        "environment": step.role.value,
        "policy_hash": "policy",
        "evidence_hash": "evidence",
        "granted_at": NOW,
        "expires_at": NOW + timedelta(hours=1),
        "voided_because": None,
    }
    return Grant(**{**values, **changes})


def a_turn(state: TurnState = TurnState.HOLDING, **changes: Any) -> Turn:
    values: dict[str, Any] = {
        "id": 1,
        "lane": "live",
        "attempt_id": "r1.1",
        "role": PREPROD,
        "rank": 0,
        "ready_at": NOW,
        "fencing": 7,
        "slot_parked": True,
    }
    return Turn(**{**values, "state": state, **changes})


def an_activity(kind: ActivityKind, state: ActivityState = ActivityState.DONE, **changes: Any) -> Activity:
    values: dict[str, Any] = {
        "id": "a1",
        "attempt_id": "r1.1",
        "role": PREPROD,
        "number": 1,
        "worker": Worker(task_instance="t", host="h", pid=1),
        "fencing": 7,
        "digest": DIGEST,
        "opened_at": NOW,
        "deadline": NOW,
        "detail": "",
    }
    return Activity(**{**values, "kind": kind, "state": state, **changes})


def a_sighting(role: StageRole, **changes: Any) -> Sighting:
    values: dict[str, Any] = {
        "environment": role.value,
        "digest": DIGEST,
        "version": "1.0",
        "healthy": True,
        "detail": "",
        "logged_digest": DIGEST,
        "logged_row": 1,
    }
    return Sighting(**{**values, **changes})


def facts(role: StageRole = PREPROD, **changes: Any) -> Facts:
    before = list(StageRole)[: list(StageRole).index(role)]
    steps = {StageRole.DEV: [], StageRole.PREPROD: [Step.APPROVE], StageRole.PROD: [Step.AUTHORISE, Step.SIGN_OFF]}
    rules = changes.get("platform") or platform_rules()
    values: dict[str, Any] = {
        "platform": rules,
        "calendar": calendar(rules),
        "stage_needs": timedelta(minutes=15),
        "people": people(),
        "policy_hash": "policy",
        "release": a_release(),
        "attempt": an_attempt(),
        "stage": stage_at(role),
        "product_owner": None,
        "stages_before": tuple(stage_at(earlier, outcome=StageOutcome.PASSED) for earlier in before),
        "grants": tuple(a_grant(step, who) for step, who in zip(steps[role], ("sam", "sue"), strict=False)),
        "turn": a_turn(),
        "runs_before": {earlier.value: DIGEST for earlier in before},
        "proofs": {
            known.value: Proof(verdict="pass", at=NOW - timedelta(hours=1)) for known in before if known.on_live_path
        },
        "sightings": tuple(a_sighting(known) for known in (*before, role) if known.on_live_path),
    }
    return Facts(**{**values, **changes})
