"""Leases, turns, permits and activities: who may work on what, and what is being worked on."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from slipway.domain.service import StageRole

LIVE_LANE = "live"
"""Preprod and Prod of all services share this lane (R12)."""


def lane_of(role: StageRole, service: str) -> str:
    """The lane a stage works in: the one live lane, or the service's own in Dev."""
    return LIVE_LANE if role.on_live_path else f"dev:{service}"


class TurnState(StrEnum):
    """A turn's life."""

    WAITING = "waiting"
    HOLDING = "holding"
    FREED = "freed"


@dataclass(frozen=True, kw_only=True)
class Turn:
    """A stage's place in a lane."""

    id: int
    lane: str
    attempt_id: str
    role: StageRole
    state: TurnState
    rank: int
    ready_at: datetime
    """When the release was first fully authorised for this environment; kept across attempts."""
    fencing: int | None
    slot_parked: bool
    taken_at: datetime | None = None


@dataclass(frozen=True, kw_only=True)
class Overtaken:
    """An attempt whose lane an urgent one took over, and why."""

    attempt_id: str
    because: str


class ActivityKind(StrEnum):
    """What is being done to an environment."""

    MIGRATE = "migrate"
    DEPLOY = "deploy"
    UNDO = "undo"
    ACT = "act"
    """Done outside, by a person or a pipeline, under the permit."""


class ActivityState(StrEnum):
    """Open, or how it was closed."""

    OPEN = "open"
    DONE = "done"
    FAILED = "failed"
    SETTLED_DONE = "settled_done"
    SETTLED_FAILED = "settled_failed"
    QUARANTINED = "quarantined"

    @property
    def succeeded(self) -> bool:
        """Whether the wanted state was reached."""
        return self in {ActivityState.DONE, ActivityState.SETTLED_DONE}


@dataclass(frozen=True, kw_only=True)
class Worker:
    """The process that works on an activity: its task instance, host and process id."""

    task_instance: str
    host: str
    pid: int


@dataclass(frozen=True, kw_only=True)
class Activity:
    """One piece of outside work under a permit; unique per (permit, kind, number)."""

    id: str
    attempt_id: str
    role: StageRole
    kind: ActivityKind
    number: int
    state: ActivityState
    worker: Worker
    fencing: int
    digest: str | None
    """The artefact it brings; None for the removal of a first release."""
    opened_at: datetime
    deadline: datetime
    detail: str
    closed_at: datetime | None = None


@dataclass(frozen=True, kw_only=True)
class Quarantine:
    """An activity that was given up on for the lane, while its service stays locked until the target answers."""

    activity_id: str
    service: str
    environment: str
    by: str
    reason: str
    at: datetime
    asked_at: datetime
    """When the target was last asked."""


@dataclass(frozen=True, kw_only=True)
class Rescue:
    """A stage on the live path that is being brought back to what ran before, and is not through with it."""

    attempt_id: str
    service: str
    environment: str


def last_work(activities: Sequence[Activity]) -> Activity | None:
    """What brought an artefact last, or was to: a stage may deploy more than once. Given in their order."""
    brings = {ActivityKind.DEPLOY, ActivityKind.ACT}
    return next((activity for activity in reversed(activities) if activity.kind in brings), None)


def why_not_next(before: Sequence[Activity], kind: ActivityKind) -> str | None:
    """None if `kind` may follow what a stage did so far: migrate, then deploy, each only after a success."""
    if any(activity.kind is ActivityKind.UNDO for activity in before):
        return f"the stage is being undone: no {kind} any more"
    unfinished = next((activity for activity in before if not activity.state.succeeded), None)
    if unfinished is not None:
        return f"its {unfinished.kind} is {unfinished.state.replace('_', ' ')}: no {kind} after that"
    if kind is ActivityKind.MIGRATE and before:
        return "the artefact is deployed already: migrations come before it"
    return None


@dataclass(frozen=True, kw_only=True)
class Permit:
    """Leave to work on one stage, issued after a full re-check at that instant."""

    id: int
    attempt_id: str
    role: StageRole
    digest: str
    policy_hash: str
    fencing: int
    issued_at: datetime
