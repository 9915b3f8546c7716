"""Proofs of migrations by REST: rehearsed, shown, waived."""

from fastapi import APIRouter, status

from slipway.console.changes import VIA, Body
from slipway.console.parts import Person, UsedParts
from slipway.console.texts import Instant, Name, Text, Why
from slipway.domain.json_value import JsonObject
from slipway.domain.migration_proof import FindingCode
from slipway.domain.migration_waiver import Terms
from slipway.ports.values import Actor
from slipway.use_cases.ask_rehearsal import ask_rehearsal
from slipway.use_cases.show_migrations import show_check, show_migrations, what_still_stops
from slipway.use_cases.waive_migration import waive_migration

router = APIRouter(prefix="/migrations")


class NewRehearsal(Body):
    """What to rehearse, and on a copy of which environment's database; without a version, the newest."""

    service: Name
    version: Name | None = None
    environment: Name = "preprod"


class NewWaiver(Body):
    """Which finding may pass, why, until when, and what its policy asks for besides."""

    code: FindingCode
    reason: Why
    expires_at: Instant
    backup: Text | None = None
    restored_at: Instant | None = None
    runbook: Text | None = None
    window_begins: Instant | None = None
    window_ends: Instant | None = None


@router.post("/checks")
def check(body: NewRehearsal, person: Person, parts: UsedParts) -> JsonObject:
    """Rehearses migrations on a scratch copy; answers when it is done, which may take minutes."""
    world, actor = parts.world(), Actor(id=person, via=VIA)
    found = ask_rehearsal(world, body.service, body.version, body.environment, actor)
    return show_check(world, found, body.service, body.environment)


@router.get("/{service}")
def show(service: Name, parts: UsedParts, environment: Name | None = None) -> JsonObject:
    """The newest proof of a service's migrations."""
    return show_migrations(parts.store(), service, environment)


@router.post("/{proof}/waivers", status_code=status.HTTP_201_CREATED)
def waive(proof: Name, body: NewWaiver, person: Person, parts: UsedParts) -> JsonObject:
    """Lets a finding of one proof pass, as a manager of the team who is neither author nor requester."""
    waiver = waive_migration(parts.world(), proof, Terms(**body.model_dump()), Actor(id=person, via=VIA))
    until = f"{waiver.terms.expires_at:%Y-%m-%d %H:%M} UTC"
    return {
        "id": waiver.id,
        "detail": f"waiver {waiver.id}: {waiver.terms.code} of proof {proof} may pass until {until}"
        f"{what_still_stops(parts.store(), proof)}",
    }
