"""What the migration files of tests say of themselves, and what rehearsals of them showed."""

from datetime import timedelta
from typing import Any

from slipway.domain.migration_proof import (
    Declared,
    Finding,
    FindingCode,
    MigrationFile,
    MigrationProof,
    RehearsalStep,
    Rehearsed,
    Reversibility,
    StepOutcome,
)
from slipway.domain.migration_waiver import MigrationWaiver, Terms
from slipway.domain.verdict_of_migrations import completed, judge
from tests.facts import NOW


def declared(kind: str, *lines: str) -> str:
    """A migration file of that kind; further lines for the fake rehearsal (`# finds CODE OBJECT`)."""
    said = f'reversibility = {{"kind": "{kind}", "reason": "as the test wants it"}}'
    return "\n".join([said, *lines])


REVERSIBLE = declared("reversible")
LOSSY = declared("lossy", "# loses orders.note")
IRREVERSIBLE = declared("irreversible", "# finds data_lost orders.phone")
PASSED = RehearsalStep(name="upgrade", outcome=StepOutcome.PASS, seconds=0.1)


def a_migration(kind: Reversibility | None = Reversibility.REVERSIBLE, revision: str = "0002") -> MigrationFile:
    said = None if kind is None else Declared(kind=kind, reason="so")
    return MigrationFile(revision=revision, path=f"migrations/{revision}.py", sha256="0" * 64, declared=said)


def seen(kind: Reversibility | None = Reversibility.REVERSIBLE, *codes: FindingCode, **changes: Any) -> Rehearsed:
    values: dict[str, Any] = {
        "dialect": "postgresql",
        "server": "15",
        "from_revision": "0001",
        "to_revision": "0002",
        "migrations": [a_migration(kind)],
        "steps": [PASSED],
        "findings": [Finding(code=code, object="orders.note", detail="3 rows", revision="0002") for code in codes],
        "lost_on_reverse": [],
        "old_version_tried": True,
        "not_covered": [],
        "catalogue_hash": "c",
        "rows": 3,
        "copied_by": "dump",
    }
    return Rehearsed(**{**values, **changes})


def a_proof(kind: Reversibility, *codes: FindingCode, **changes: Any) -> MigrationProof:
    rehearsed = completed(seen(kind, *codes, **changes))
    return MigrationProof(
        id="m1",
        service="orders",
        environment="prod",
        digest="sha256:new",
        verdict=judge(rehearsed),
        rehearsed=rehearsed,
        proven_at=NOW,
        old_version="1.0",
        old_digest="sha256:old",
    )


def a_waiver(code: FindingCode, **changes: Any) -> MigrationWaiver:
    proof_id = changes.pop("proof_id", "m1")
    authors_known = changes.pop("authors_known", True)
    terms = Terms(**{"code": code, "reason": "why", "expires_at": NOW + timedelta(days=1), **changes})
    return MigrationWaiver(id=1, proof_id=proof_id, by="mona", at=NOW, terms=terms, authors_known=authors_known)
