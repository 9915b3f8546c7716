"""The verdict is never better than what was seen, and never better than what was declared."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as some

from slipway.domain.migration_proof import (
    Finding,
    FindingCode,
    ProofVerdict,
    RehearsalStep,
    Rehearsed,
    Reversibility,
    StepOutcome,
)
from slipway.domain.verdict_of_migrations import _FROM_BEST, completed, judge
from tests.migrations import PASSED, a_migration, seen

KINDS = list(Reversibility)


@pytest.mark.parametrize(
    ("rehearsed", "verdict"),
    [
        (seen(), "reversible"),
        (seen(Reversibility.LOSSY, lost_on_reverse=["orders.note"]), "reversible, new data lost"),
        (seen(Reversibility.LOSSY, FindingCode.NEW_ROWS_LOST), "reversible, new data lost"),
        (seen(Reversibility.CONDITIONAL, FindingCode.DOWNGRADE_REFUSES), "conditional"),
        (seen(Reversibility.IRREVERSIBLE, FindingCode.DOWNGRADE_FAILED), "irreversible"),
        (seen(Reversibility.IRREVERSIBLE), "irreversible"),
        (seen(Reversibility.REVERSIBLE, FindingCode.DATA_LOST), "failed"),
        (seen(Reversibility.REVERSIBLE, FindingCode.NEW_ROWS_LOST), "failed"),
        (seen(Reversibility.REVERSIBLE, lost_on_reverse=["orders.note"]), "failed"),
        (seen(Reversibility.LOSSY, FindingCode.DATA_CHANGED), "failed"),
        (seen(None), "failed"),
        (seen(None, FindingCode.DOWNGRADE_FAILED), "failed"),
        (seen(Reversibility.IRREVERSIBLE, FindingCode.UPGRADE_FAILED), "failed"),
        (seen(Reversibility.REVERSIBLE, FindingCode.CHECK_ERRORED), "not proven"),
        (seen(old_version_tried=False), "not proven"),
        (seen(steps=[]), "not proven"),
        (seen(steps=[PASSED, replace(PASSED, outcome=StepOutcome.ERROR)]), "not proven"),
        (seen(steps=[PASSED, replace(PASSED, outcome=StepOutcome.SKIPPED)]), "not proven"),
        (seen(steps=[PASSED, replace(PASSED, outcome=StepOutcome.SKIPPED, detail="no suite")]), "reversible"),
        (seen(steps=[PASSED, replace(PASSED, outcome=StepOutcome.FAIL)]), "failed"),
        (seen(Reversibility.REVERSIBLE, FindingCode.LINT, FindingCode.BLOCKING_LOCK), "reversible"),
    ],
)
def test_declared_and_seen_must_agree(rehearsed: Rehearsed, verdict: str) -> None:
    assert judge(rehearsed) == verdict


def test_where_nothing_runs_yet_nothing_has_to_be_tried_beside_it() -> None:
    assert judge(seen(old_version_tried=False), old_version_runs=False) is ProofVerdict.REVERSIBLE


def test_the_declaration_of_another_migration_excuses_nothing() -> None:
    both = [a_migration(Reversibility.REVERSIBLE), a_migration(Reversibility.IRREVERSIBLE, "0003")]
    lost = seen(Reversibility.REVERSIBLE, FindingCode.DATA_LOST, migrations=both)
    codes = [finding.code for finding in completed(lost).findings]
    assert FindingCode.DECLARED_OTHERWISE in codes
    assert judge(lost) is ProofVerdict.FAILED


def test_a_declaration_that_does_not_fit_names_its_file_or_all_that_it_may_be() -> None:
    both = [a_migration(Reversibility.REVERSIBLE), a_migration(Reversibility.LOSSY, "0003")]
    known = seen(Reversibility.REVERSIBLE, FindingCode.DATA_LOST, migrations=both)
    unknown = replace(known, findings=[replace(finding, revision=None) for finding in known.findings])
    told = [
        finding.detail
        for rehearsed in (known, unknown)
        for finding in completed(rehearsed).findings
        if finding.code is FindingCode.DECLARED_OTHERWISE
    ]
    assert [one.split(", but seen")[0] for one in told] == [
        "migrations/0002.py declares reversible",
        "none of migrations/0002.py, migrations/0003.py declares more than lossy",
    ]


findings = some.builds(
    Finding,
    code=some.sampled_from(FindingCode),
    object=some.sampled_from(["orders.note", "orders"]),
    detail=some.just("3 rows"),
    revision=some.sampled_from([None, "0001", "0002"]),
)
rehearsals = some.builds(
    seen,
    some.sampled_from([None, *KINDS]),
    migrations=some.lists(some.sampled_from([None, *KINDS]), min_size=1, max_size=3).map(
        lambda kinds: [a_migration(kind, f"000{number}") for number, kind in enumerate(kinds, 1)]
    ),
    findings=some.lists(findings, max_size=4),
    steps=some.lists(
        some.builds(
            RehearsalStep,
            name=some.just("s"),
            outcome=some.sampled_from(StepOutcome),
            seconds=some.just(0.1),
            detail=some.sampled_from(["", "why"]),
        ),
        max_size=3,
    ),
    lost_on_reverse=some.lists(some.just("orders.note"), max_size=1),
    old_version_tried=some.booleans(),
)


@given(rehearsals, findings, some.booleans())
def test_one_finding_more_never_makes_it_better(rehearsed: Rehearsed, more: Finding, runs: bool) -> None:
    worse = replace(rehearsed, findings=[*rehearsed.findings, more])
    before, after = judge(rehearsed, old_version_runs=runs), judge(worse, old_version_runs=runs)
    assert _FROM_BEST.index(after) >= _FROM_BEST.index(before)


@given(rehearsals, some.booleans())
def test_what_is_completed_stays_as_it_is(rehearsed: Rehearsed, runs: bool) -> None:
    once = completed(rehearsed, old_version_runs=runs)
    assert judge(once, old_version_runs=runs) == judge(rehearsed, old_version_runs=runs)
    assert {(f.code, f.object, f.revision) for f in completed(once, old_version_runs=runs).findings} == {
        (f.code, f.object, f.revision) for f in once.findings
    }


@given(rehearsals)
def test_it_is_reversible_only_if_all_that_was_found_is_beside_the_way_back(rehearsed: Rehearsed) -> None:
    if judge(rehearsed) is ProofVerdict.REVERSIBLE:
        assert all(one.declared is not None and one.declared.kind == "reversible" for one in rehearsed.migrations)
        assert {f.code for f in rehearsed.findings} <= {"lint", "expectation_warns", "blocking_lock", "table_rewritten"}
        assert rehearsed.old_version_tried
        assert not rehearsed.lost_on_reverse


def test_what_was_seen_ends_with_one_full_stop() -> None:
    found = Finding(code=FindingCode.DATA_LOST, object="orders", detail="Rows are gone: 20.", revision="0002")
    said = [one.detail for one in completed(seen(Reversibility.LOSSY, findings=[found])).findings]
    assert any("gone: 20. That is irreversible" in one for one in said)
