"""What may be said of migrations, from what was seen when they were rehearsed (R19). Pure; never better than seen."""

from collections.abc import Iterator, Mapping
from dataclasses import replace

from slipway.domain.migration_proof import Finding, FindingCode, ProofVerdict, Rehearsed, Reversibility, StepOutcome

_BY_DECLARATION: Mapping[Reversibility, ProofVerdict] = {
    Reversibility.REVERSIBLE: ProofVerdict.REVERSIBLE,
    Reversibility.LOSSY: ProofVerdict.NEW_DATA_LOST,
    Reversibility.CONDITIONAL: ProofVerdict.CONDITIONAL,
    Reversibility.IRREVERSIBLE: ProofVerdict.IRREVERSIBLE,
}
_FROM_BEST = (*_BY_DECLARATION.values(), ProofVerdict.NOT_PROVEN, ProofVerdict.FAILED)
_KINDS = tuple(_BY_DECLARATION)

MUST_BE_DECLARED: Mapping[FindingCode, Reversibility] = {
    FindingCode.NEW_ROWS_LOST: Reversibility.LOSSY,
    FindingCode.DOWNGRADE_REFUSES: Reversibility.CONDITIONAL,
    FindingCode.NEW_ROWS_ALTERED: Reversibility.IRREVERSIBLE,
    FindingCode.DATA_CHANGED: Reversibility.IRREVERSIBLE,
    FindingCode.DATA_LOST: Reversibility.IRREVERSIBLE,
    FindingCode.SEQUENCE_BEHIND: Reversibility.IRREVERSIBLE,
    FindingCode.DOWNGRADE_FAILED: Reversibility.IRREVERSIBLE,
    FindingCode.DECLARED_IRREVERSIBLE: Reversibility.IRREVERSIBLE,
}
"""Of the way back: what the author must have said at least, for the finding to be no surprise."""
_BESIDE_THE_WAY_BACK = frozenset(
    {FindingCode.EXPECTATION_WARNS, FindingCode.BLOCKING_LOCK, FindingCode.TABLE_REWRITTEN, FindingCode.LINT}
)
_UNTRIED = frozenset({FindingCode.CHECK_ERRORED, FindingCode.OLD_VERSION_NOT_TRIED})


def judge(rehearsed: Rehearsed, *, old_version_runs: bool = True) -> ProofVerdict:
    """The worst of what was declared and what was found; `old_version_runs` False where nothing runs there yet."""
    whole = completed(rehearsed, old_version_runs=old_version_runs)
    verdicts = [ProofVerdict.REVERSIBLE]
    verdicts += [_BY_DECLARATION[one.declared.kind] for one in whole.migrations if one.declared is not None]
    verdicts += [_of(finding) for finding in whole.findings]
    if any(step.outcome is StepOutcome.FAIL for step in whole.steps):
        verdicts.append(_of_a_failed_step(whole))
    return max(verdicts, key=_FROM_BEST.index)


def completed(rehearsed: Rehearsed, *, old_version_runs: bool = True) -> Rehearsed:
    """With the findings that follow from what was found and declared. Completing it twice changes nothing."""
    known = {(one.code, one.object, one.revision) for one in rehearsed.findings}
    more = [one for one in _follows(rehearsed, old_version_runs) if (one.code, one.object, one.revision) not in known]
    causes_first = sorted((*rehearsed.findings, *more), key=lambda one: one.code in _UNTRIED)
    return replace(rehearsed, findings=tuple(causes_first))


def _of(finding: Finding) -> ProofVerdict:
    if finding.code in _BESIDE_THE_WAY_BACK:
        return ProofVerdict.REVERSIBLE
    if finding.code in _UNTRIED:
        return ProofVerdict.NOT_PROVEN
    needed = MUST_BE_DECLARED.get(finding.code)
    return ProofVerdict.FAILED if needed is None else _BY_DECLARATION[needed]


def _of_a_failed_step(rehearsed: Rehearsed) -> ProofVerdict:
    """A step may fail as its author said it would; then, what it found says the rest."""
    declared = _declared(rehearsed, None)
    return ProofVerdict.FAILED if declared is Reversibility.REVERSIBLE else _BY_DECLARATION[declared]


def _follows(rehearsed: Rehearsed, old_version_runs: bool) -> Iterator[Finding]:
    yield from _of_declarations(rehearsed)
    for step in rehearsed.steps:
        if step.outcome is StepOutcome.ERROR and (step.detail or not _says_what_broke(rehearsed)):
            yield Finding(code=FindingCode.CHECK_ERRORED, object=step.name, detail=step.detail or "it broke off")
        elif step.outcome is StepOutcome.SKIPPED and not step.detail:
            detail = "it was left out, and nobody said why"
            yield Finding(code=FindingCode.CHECK_ERRORED, object=step.name, detail=detail)
    if not any(step.outcome is StepOutcome.PASS for step in rehearsed.steps):
        yield Finding(code=FindingCode.CHECK_ERRORED, object="rehearsal", detail="none of its steps passed")
    if old_version_runs and not rehearsed.old_version_tried:
        detail = "the version that runs there was not tried against the new schema"
        yield Finding(code=FindingCode.OLD_VERSION_NOT_TRIED, object="deployed version", detail=detail)


def _says_what_broke(rehearsed: Rehearsed) -> bool:
    return any(finding.code is FindingCode.CHECK_ERRORED for finding in rehearsed.findings)


def _of_declarations(rehearsed: Rehearsed) -> Iterator[Finding]:
    for one in rehearsed.migrations:
        if one.declared is None:
            detail = "the file does not say whether and how it can be taken back"
            yield Finding(code=FindingCode.NOT_DECLARED, object=one.path, detail=detail, revision=one.revision)
        elif one.declared.kind is Reversibility.IRREVERSIBLE:
            yield Finding(
                code=FindingCode.DECLARED_IRREVERSIBLE,
                object=one.path,
                detail=f"its author says: {one.declared.reason}",
                revision=one.revision,
            )
    for finding in rehearsed.findings:
        needed = MUST_BE_DECLARED.get(finding.code)
        if needed is not None and _worse(needed, _declared(rehearsed, finding.revision)):
            yield _otherwise(rehearsed, finding.object, f"{finding.code}: {finding.detail}", finding.revision, needed)
    for lost in rehearsed.lost_on_reverse:
        if _worse(Reversibility.LOSSY, _declared(rehearsed, None)):
            yield _otherwise(rehearsed, lost, "what is written to it is lost", None, Reversibility.LOSSY)


def _otherwise(rehearsed: Rehearsed, what: str, seen: str, revision: str | None, needed: Reversibility) -> Finding:
    declared, files = _declared(rehearsed, revision), _files_of(rehearsed, revision)
    said = (
        f"{files[0]} declares {declared}"
        if len(files) == 1
        else f"none of {', '.join(files)} declares more than {declared}"
    )
    detail = f"{said}, but seen: {seen.rstrip('.')}. That is {needed} at least"
    return Finding(code=FindingCode.DECLARED_OTHERWISE, object=what, detail=detail, revision=revision)


def _files_of(rehearsed: Rehearsed, revision: str | None) -> list[str]:
    """The one that it was, or all that it may have been."""
    of_one = [one.path for one in rehearsed.migrations if one.revision == revision]
    return of_one or [one.path for one in rehearsed.migrations] or ["nothing"]


def _declared(rehearsed: Rehearsed, revision: str | None) -> Reversibility:
    """Of that migration; of the worst of them all where nobody knows which it was. Silence promises everything."""
    of_one = [one for one in rehearsed.migrations if one.revision == revision]
    kinds = [one.declared.kind for one in of_one or rehearsed.migrations if one.declared is not None]
    return max(kinds, key=_KINDS.index, default=Reversibility.REVERSIBLE)


def _worse(one: Reversibility, other: Reversibility) -> bool:
    return _KINDS.index(one) > _KINDS.index(other)
