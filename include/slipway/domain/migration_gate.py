"""May these migrations run there now? What was proven, and what somebody entitled waives, decide (R19). Pure."""

from collections.abc import Iterator, Sequence
from datetime import datetime

from slipway.domain.finding_advice import MENDED, what_clears, what_to_do
from slipway.domain.finding_policy import POLICY, Term
from slipway.domain.migration_proof import Finding, FindingCode, MigrationProof, ProofVerdict
from slipway.domain.migration_waiver import MigrationWaiver
from slipway.domain.policy.decision import Blocker
from slipway.domain.service import StageRole

MOST_TOLD = 3
"""Objects that a message names of each kind of finding; the proof has them all."""
NEVER = f"nobody; it takes {MENDED}"


def gate(
    proof: MigrationProof, waivers: Sequence[MigrationWaiver], role: StageRole, now: datetime
) -> Iterator[Blocker]:
    """One blocker for each kind of finding that stops the stage; one with `clears_at` clears by itself."""
    codes = dict.fromkeys(finding.code for finding in proof.rehearsed.findings)
    blocking = [code for code in codes if POLICY[code].blocks(role)]
    for code in blocking:
        yield from _unless_waived(proof, code, waivers, now)
    if not blocking and proof.verdict in {ProofVerdict.FAILED, ProofVerdict.NOT_PROVEN}:
        message = f"the verdict on the migrations is {proof.verdict}, and no finding says why: that is no pass"
        yield Blocker(code="migration_not_proven", message=message, cleared_by=NEVER)


def told(findings: Sequence[Finding]) -> str:
    """The first few of them, in words."""
    named = "; ".join(f"{one.object} ({one.detail})" for one in findings[:MOST_TOLD])
    return named if len(findings) <= MOST_TOLD else f"{named}; and {len(findings) - MOST_TOLD} more"


def _unless_waived(
    proof: MigrationProof, code: FindingCode, waivers: Sequence[MigrationWaiver], now: datetime
) -> Iterator[Blocker]:
    of_code = [one for one in waivers if one.proof_id == proof.id and one.terms.code is code and POLICY[code].waivable]
    standing = [one for one in of_code if one.terms.expires_at > now]
    if not standing:
        expired = f" The waiver of {of_code[-1].by} has expired." if of_code else ""
        yield _blocker(proof, code, expired)
        return
    if Term.WINDOW in POLICY[code].terms:
        yield from _outside_every_window(code, standing, now)


def _blocker(proof: MigrationProof, code: FindingCode, more: str) -> Blocker:
    policy = POLICY[code]
    found = [one for one in proof.rehearsed.findings if one.code is code]
    waive = f"a manager who is neither author nor requester, by slipway migrations waive {proof.id} {code}"
    return Blocker(
        code=f"migration_{code}",
        message=f"{policy.means}: {told(found)}. What to do: {what_to_do(found)}.{more}",
        cleared_by=_cleared_by(found, f", or {waive}" if policy.waivable else ""),
    )


def _cleared_by(found: Sequence[Finding], or_waived: str) -> str:
    ways = what_clears(found)
    return NEVER if ways == MENDED and not or_waived else f"{ways}{or_waived}"


def _outside_every_window(code: FindingCode, waivers: Sequence[MigrationWaiver], now: datetime) -> Iterator[Blocker]:
    windows = [
        (one.terms.window_begins, one.terms.window_ends)
        for one in waivers
        if one.terms.window_begins is not None and one.terms.window_ends is not None
    ]
    if any(begins <= now < ends for begins, ends in windows):
        return
    coming = min((begins for begins, _ in windows if begins > now), default=None)
    if coming is None:
        message = f"{code} is waived for a downtime window that is over"
        yield Blocker(code=f"migration_{code}", message=message, cleared_by="a new waiver, for another window")
    else:
        message = f"{code} is waived for the downtime window that begins at {coming:%Y-%m-%d %H:%M} UTC"
        yield Blocker(code="migration_window", message=message, clears_at=coming, cleared_by="that time")
