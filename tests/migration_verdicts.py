"""The verdict that follows from what a rehearsal saw, as a table: the platform's own judge must agree with it."""

from slipway.domain.migration_proof import FindingCode, ProofVerdict, Rehearsed, Reversibility

NOT_A_MATTER_OF_THE_VERDICT = {
    FindingCode.BLOCKING_LOCK,
    FindingCode.TABLE_REWRITTEN,
    FindingCode.EXPECTATION_WARNS,
}
"""They are shown, and held against the release by the gate."""
LOSES_WHAT_WAS_THERE = {FindingCode.DATA_LOST, FindingCode.DATA_CHANGED, FindingCode.DOWNGRADE_FAILED}


def verdict_of(seen: Rehearsed) -> ProofVerdict:
    """Never better than the worst finding, and never better than what was tried."""
    codes = {each.code for each in seen.findings} - NOT_A_MATTER_OF_THE_VERDICT
    declared = {each.declared.kind for each in seen.migrations if each.declared is not None}
    if FindingCode.CHECK_ERRORED in codes:
        return ProofVerdict.NOT_PROVEN
    if codes and codes <= LOSES_WHAT_WAS_THERE and Reversibility.IRREVERSIBLE in declared:
        return ProofVerdict.IRREVERSIBLE
    if codes == {FindingCode.DOWNGRADE_REFUSES} and Reversibility.CONDITIONAL in declared:
        return ProofVerdict.CONDITIONAL
    if codes:
        return ProofVerdict.FAILED
    if not seen.old_version_tried:
        return ProofVerdict.NOT_PROVEN
    return ProofVerdict.NEW_DATA_LOST if seen.lost_on_reverse else ProofVerdict.REVERSIBLE
