"""What rows of releases and attempts say."""

from slipway.adapters.database import codec
from slipway.adapters.database.rows import Row
from slipway.domain.needs import Need
from slipway.domain.release import Attempt, BadAgain, ChangeKind, Origin, Outcome, Release, ReleaseState
from slipway.domain.service import StageRole

ATTEMPT = """
    SELECT a.*, r.service, r.kind, r.rollback IS NOT NULL AS is_rollback
    FROM attempt a JOIN release r ON r.id = a.release_id
"""
"""Attempts with what is known of them by their release."""


def release_in(row: Row) -> Release:
    """A row of `release`, with the array of its requesters."""
    return Release(
        id=row["id"],
        service=row["service"],
        team=row["team"],
        kind=ChangeKind(row["kind"]),
        summary=row["summary"],
        rollback_plan=row["rollback_plan"],
        to=StageRole(row["to_role"]),
        requested_by=row["requested_by"],
        requesters=frozenset(row["requesters"] or ()),
        state=ReleaseState(row["state"]),
        outcome=Outcome(row["outcome"]) if row["outcome"] else None,
        requested_at=row["requested_at"],
        ticket=row["ticket"],
        fixes=row["fixes"],
        product_owner=row["product_owner"],
        needs=needs_in(row),
        change=None if row["change"] is None else codec.change(row["change"]),
        rollback=None if row["rollback"] is None else codec.rollback(row["rollback"]),
        for_team=row["for_team"],
        attended_by=row["attended_by"],
        booking=row["support"],
        proof_in=row["proof_in"],
        problematic=row["extra"].get("problematic") == "true",
    )


def needs_in(row: Row) -> tuple[Need, ...]:
    """What the release in the row needs."""
    return tuple(Need(**need) for need in row["needs"])


def attempt_in(row: Row) -> Attempt:
    """A row of `ATTEMPT`."""
    return Attempt(
        id=row["id"],
        release_id=row["release_id"],
        number=row["number"],
        service=row["service"],
        dag_id=row["dag_id"],
        run_id=row["run_id"],
        version=row["version"],
        digest=row["digest"],
        origin=Origin(row["origin"]),
        actor=row["actor"],
        opened_at=row["opened_at"],
        outcome=Outcome(row["outcome"]) if row["outcome"] else None,
        stop_requested_by=row["stop_requested_by"],
        stop_reason=row["stop_reason"],
        depends_on=tuple(row["depends_on"]),
        bad_again=BadAgain(reason=row["bad_again_because"], by=row["bad_again_by"]) if row["bad_again_by"] else None,
        is_rollback=row["is_rollback"],
        kind=ChangeKind(row["kind"]),
    )
