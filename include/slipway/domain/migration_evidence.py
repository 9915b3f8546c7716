"""What those who decide are shown of a stage's migrations (R19), as Markdown list items."""

from collections.abc import Iterator, Sequence

from slipway.domain.commits import harmless
from slipway.domain.finding_policy import POLICY, Effect
from slipway.domain.migration_check import MigrationCheck
from slipway.domain.migration_proof import Finding, MigrationProof, Phase
from slipway.domain.migration_waiver import MigrationWaiver
from slipway.domain.release import Stage
from slipway.domain.text_limits import NAME, TEXT
from slipway.domain.way_back import in_words

MOST_SHOWN = 3
"""Of each kind of finding; the proof has them all."""
NO_DATABASE = "not applicable, because the service has no database there"
UNCHECKED = "**nobody has checked them**: the stage will not start"


def migration_lines(check: MigrationCheck | None, stage: Stage) -> Iterator[str]:
    """Verdict, findings, what going back would mean, what was not covered, and who waived what."""
    if check is None:
        yield f"- Migrations: {NO_DATABASE if stage.definition.migrations is None else UNCHECKED}"
        return
    if check.proof is None:
        yield f"- Migrations: {harmless(check.detail, TEXT)}"
        return
    proof = check.proof
    seen = proof.rehearsed
    yield f"- Migrations: **{proof.verdict}**, by rehearsal on a copy ({proof.id}): {_named(proof)}"
    begins = harmless(seen.from_revision or "the beginning", NAME)
    yield (
        f"    - From {begins}, {seen.rows} rows copied by {seen.copied_by}, {proof.proven_at:%Y-%m-%d %H:%M} UTC; list"
        f" of migrations `{proof.migrations_hash[:16]}`"
    )
    yield f"    - If it is undone: {in_words(proof)}"
    yield f"    - Afterwards the earliest version {stage.environment} can go back to: {_earliest(proof)}"
    yield from (f"    - Lost on the way back: {harmless(lost, NAME)}" for lost in seen.lost_on_reverse)
    yield from _found(check, seen.findings)
    yield from (f"    - Not covered: {harmless(left, TEXT)}" for left in seen.not_covered)


def _named(proof: MigrationProof) -> str:
    named = (
        harmless(one.revision, NAME) + (" (post: moves the rollback limit)" if one.phase is Phase.POST else "")
        for one in proof.rehearsed.migrations
    )
    return ", ".join(named) or "none"


def _found(check: MigrationCheck, findings: Sequence[Finding]) -> Iterator[str]:
    """What blocks comes first, with who lets it pass; then the notes. One line for each code."""
    codes = dict.fromkeys(finding.code for finding in findings)
    for code in sorted(codes, key=lambda one: POLICY[one].effect is Effect.NOTE):
        of_code = [finding for finding in findings if finding.code is code]
        weight = "note" if POLICY[code].effect is Effect.NOTE else f"**{POLICY[code].effect}**"
        what = "; ".join(f"{harmless(one.object, NAME)} {harmless(one.detail, TEXT)}" for one in of_code[:MOST_SHOWN])
        left = len(of_code) - MOST_SHOWN
        more = f"; and {left} more" if left > 0 else ""
        yield f"    - {code} ({weight}): {POLICY[code].means}: {what}{more}"
        yield from (_waiver(waiver) for waiver in check.waivers if waiver.terms.code is code)


def _earliest(proof: MigrationProof) -> str:
    if proof.serves_old_version:
        return f"{proof.old_version}, which was tried on the new schema"
    if proof.old_version is None:
        return "this one; nothing runs there yet"
    return f"this one; {proof.old_version} was not seen to run on the new schema"


def _waiver(waiver: MigrationWaiver) -> str:
    terms = waiver.terms
    more = [f"backup {harmless(terms.backup, NAME)}"] if terms.backup else []
    more += [f"runbook {harmless(terms.runbook, TEXT)}"] if terms.runbook else []
    if terms.window_begins and terms.window_ends:
        more.append(f"downtime {terms.window_begins:%Y-%m-%d %H:%M} to {terms.window_ends:%Y-%m-%d %H:%M} UTC")
    with_what = f"; {', '.join(more)}" if more else ""
    unasked = "" if waiver.authors_known else ". **Who wrote the change could not be asked**: it may have been them"
    return (
        f"    - **Waived**: {terms.code} by {waiver.by} until {terms.expires_at:%Y-%m-%d %H:%M} UTC, because"
        f" {harmless(terms.reason, TEXT)}{with_what}{unasked}"
    )
