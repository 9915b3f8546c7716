"""What to do about findings of one kind, and what clears them, by their cause."""

from collections.abc import Iterable, Mapping, Sequence

from slipway.domain.finding_policy import POLICY
from slipway.domain.migration_proof import Cause, Finding, FindingCode

MENDED = "a new version, whose migrations are mended"
_AGAIN = "then `slipway migrations check` or `slipway retry`, which prove again"
_SUITE = f"a suite that is mended in the catalogue, {_AGAIN}"
_DATA = f"rows or a suite in the catalogue that are mended, {_AGAIN}"

_TO_DO: Mapping[tuple[FindingCode, Cause | None], str] = {
    (FindingCode.CHECK_ERRORED, Cause.SUITE): (
        "mend the suite in the catalogue; where the migration takes away what it names, one of the two"
    ),
    (FindingCode.EXPECTATION_FAILED, Cause.WRONG_BEFORE): (
        "the rows were wrong before the upgrade too, so it is not the back-fill: mend the rows, or the suite in the"
        " catalogue"
    ),
    (FindingCode.EXPECTATION_FAILED, Cause.UPGRADE): "all was so before the upgrade: mend the back-fill",
    (FindingCode.EXPECTATION_FAILED, Cause.OLD_VERSION): (
        "let a default or a trigger fill what the deployed version does not write"
    ),
}
"""Other findings: as their policy says."""
_CLEARS: Mapping[tuple[FindingCode, Cause | None], Sequence[str]] = {
    (FindingCode.CHECK_ERRORED, None): (f"what the check needs, mended, {_AGAIN}", MENDED),
    (FindingCode.CHECK_ERRORED, Cause.SUITE): (_SUITE,),
    (FindingCode.EXPECTATION_FAILED, None): (MENDED, _DATA),
    (FindingCode.EXPECTATION_FAILED, Cause.WRONG_BEFORE): (_DATA,),
}


def what_to_do(findings: Sequence[Finding]) -> str:
    """Each advice once."""
    return _once(_TO_DO.get((one.code, one.cause), POLICY[one.code].do) for one in findings)


def what_clears(findings: Sequence[Finding]) -> str:
    """Besides a waiver."""
    ways = [_CLEARS.get((one.code, one.cause), (MENDED,)) for one in findings]
    return "; or ".join(dict.fromkeys(way for each in ways for way in each))


def mendable_elsewhere(finding: Finding) -> bool:
    """Whether something else than the artefact can be at fault: then a proof of the same artefact may come out well."""
    if finding.code is FindingCode.EXPECTATION_FAILED:
        return finding.cause in {None, Cause.WRONG_BEFORE}
    return finding.code is FindingCode.CHECK_ERRORED


def _once(words: Iterable[str]) -> str:
    return "; ".join(dict.fromkeys(words))
