"""What stops a stage, what a waiver lets pass, and that it does so for one proof and for a time only."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from slipway.domain.finding_policy import POLICY, Effect, Term
from slipway.domain.migration_gate import gate
from slipway.domain.migration_proof import Cause, Finding, FindingCode, MigrationProof, ProofVerdict, Reversibility
from slipway.domain.migration_waiver import MigrationWaiver
from tests.builders import PREPROD, PROD
from tests.facts import NOW
from tests.migrations import a_proof, a_waiver

NEVER_WAIVED = {
    *("upgrade_failed", "half_applied", "several_heads", "second_upgrade_differs", "invalid_index", "check_errored"),
    *("declared_otherwise", "not_declared", "still_in_use"),
}


def codes(proof: MigrationProof, *waivers: MigrationWaiver, role: Any = PREPROD) -> list[str]:
    return [blocker.code for blocker in gate(proof, waivers, role, NOW)]


def test_every_finding_has_its_line() -> None:
    assert set(POLICY) == set(FindingCode)


def test_what_can_never_be_waived_is_just_this() -> None:
    assert {code for code, one in POLICY.items() if one.effect is not Effect.NOTE and not one.waivable} == NEVER_WAIVED


def test_whoever_loses_old_data_shows_a_restored_backup_and_a_runbook() -> None:
    for code in (FindingCode.DATA_LOST, FindingCode.DATA_CHANGED, FindingCode.NEW_ROWS_ALTERED):
        assert POLICY[code].terms == {Term.DECLARATION, Term.BACKUP, Term.RUNBOOK}


def test_reversible_and_new_data_lost_pass_by_themselves() -> None:
    assert codes(a_proof(Reversibility.REVERSIBLE)) == []
    assert codes(a_proof(Reversibility.LOSSY, FindingCode.NEW_ROWS_LOST, lost_on_reverse=["orders.note"])) == []
    assert codes(a_proof(Reversibility.CONDITIONAL, FindingCode.DOWNGRADE_REFUSES)) == []


def test_the_message_says_what_was_found_where_and_what_to_do() -> None:
    (first, _) = gate(a_proof(Reversibility.IRREVERSIBLE, FindingCode.DATA_LOST), (), PREPROD, NOW)
    assert first.code == "migration_data_lost"
    for words in ("orders.note (3 rows)", "What to do: keep the values", "_dropped_"):
        assert words in first.message
    assert "slipway migrations waive m1 data_lost" in first.cleared_by


def test_an_irreversible_one_passes_once_each_of_its_findings_is_waived() -> None:
    proof = a_proof(Reversibility.IRREVERSIBLE, FindingCode.DATA_LOST)
    data, declared = a_waiver(FindingCode.DATA_LOST), a_waiver(FindingCode.DECLARED_IRREVERSIBLE)
    assert codes(proof) == ["migration_data_lost", "migration_declared_irreversible"]
    assert codes(proof, data) == ["migration_declared_irreversible"]
    assert codes(proof, data, declared) == []


@pytest.mark.parametrize("code", sorted(NEVER_WAIVED - {"not_declared", "declared_otherwise"}))
def test_no_waiver_lets_these_pass(code: str) -> None:
    one = FindingCode(code)
    assert codes(a_proof(Reversibility.REVERSIBLE, one), a_waiver(one)) == [f"migration_{code}"]


@pytest.mark.parametrize(
    ("code", "cause", "advice", "cleared_by"),
    [
        (
            FindingCode.CHECK_ERRORED,
            Cause.SUITE,
            "mend the suite in the catalogue",
            "a suite that is mended in the cat",
        ),
        (
            FindingCode.CHECK_ERRORED,
            None,
            "mend what the check needs",
            "what the check needs, mended, then `slipway mi",
        ),
        (
            FindingCode.EXPECTATION_FAILED,
            Cause.WRONG_BEFORE,
            "mend the rows, or the suite",
            "rows or a suite in the cat",
        ),
        (FindingCode.EXPECTATION_FAILED, Cause.UPGRADE, "mend the back-fill", "a new version, whose migrations"),
        (
            FindingCode.EXPECTATION_FAILED,
            Cause.OLD_VERSION,
            "a default or a trigger",
            "a new version, whose migrations",
        ),
        (
            FindingCode.EXPECTATION_FAILED,
            None,
            "mend the back-fill; where rows were wrong before",
            "a new version, whose",
        ),
    ],
)
def test_what_to_do_and_what_clears_it_depend_on_the_cause(
    code: FindingCode, cause: Cause | None, advice: str, cleared_by: str
) -> None:
    found = Finding(code=code, object="orders.note", detail="3 rows", cause=cause)
    (blocker,) = gate(a_proof(Reversibility.REVERSIBLE, findings=[found]), (), PREPROD, NOW)
    assert advice in blocker.message
    assert blocker.cleared_by.startswith(cleared_by)
    assert ("slipway migrations waive" in blocker.cleared_by) is POLICY[code].waivable


def test_two_causes_of_one_finding_are_both_told() -> None:
    both = [
        Finding(code=FindingCode.EXPECTATION_FAILED, object=cause, detail="3 rows", cause=cause)
        for cause in (Cause.WRONG_BEFORE, Cause.UPGRADE)
    ]
    (blocker,) = gate(a_proof(Reversibility.REVERSIBLE, findings=both), (), PREPROD, NOW)
    for words in ("mend the rows", "mend the back-fill"):
        assert words in blocker.message
    for words in ("rows or a suite in the catalogue", "a new version"):
        assert words in blocker.cleared_by


def test_a_waiver_of_another_proof_or_that_has_expired_counts_no_more() -> None:
    proof = a_proof(Reversibility.REVERSIBLE, FindingCode.EXPECTATION_FAILED)
    of_another = a_waiver(FindingCode.EXPECTATION_FAILED, proof_id="m2")
    expired = a_waiver(FindingCode.EXPECTATION_FAILED, expires_at=NOW)
    assert codes(proof, of_another, expired) == ["migration_expectation_failed"]
    assert codes(proof, a_waiver(FindingCode.EXPECTATION_FAILED)) == []


def test_a_lock_is_a_note_in_preprod_and_needs_a_window_in_prod() -> None:
    proof = a_proof(Reversibility.REVERSIBLE, FindingCode.BLOCKING_LOCK)
    assert codes(proof) == []
    assert codes(proof, role=PROD) == ["migration_blocking_lock"]


def test_a_downtime_window_is_waited_for_used_and_over() -> None:
    proof = a_proof(Reversibility.REVERSIBLE, FindingCode.OLD_VERSION_BREAKS)
    hour = timedelta(hours=1)

    def within(begins: timedelta, ends: timedelta) -> MigrationWaiver:
        return a_waiver(FindingCode.OLD_VERSION_BREAKS, window_begins=NOW + begins, window_ends=NOW + ends)

    (coming,) = gate(proof, [within(hour, 2 * hour)], PREPROD, NOW)
    assert (coming.code, coming.clears_at) == ("migration_window", NOW + hour)
    assert codes(proof, within(-hour, hour)) == []
    assert codes(proof, within(-2 * hour, 0 * hour)) == ["migration_old_version_breaks"]


def test_a_verdict_that_no_finding_explains_is_no_pass() -> None:
    bent = replace(a_proof(Reversibility.REVERSIBLE), verdict=ProofVerdict.FAILED)
    assert codes(bent) == ["migration_not_proven"]


def test_a_second_waiver_is_needed_once_the_first_has_expired_or_for_another_window() -> None:
    code, hour = FindingCode.OLD_VERSION_BREAKS, timedelta(hours=1)
    first = a_waiver(code, window_begins=NOW, window_ends=NOW + hour)
    assert first.covers(first.terms, NOW)
    assert not first.covers(replace(first.terms, window_ends=NOW + 2 * hour), NOW)
    assert not first.covers(first.terms, NOW + hour)
    plain = a_waiver(FindingCode.EXPECTATION_FAILED)
    assert plain.covers(plain.terms, NOW)
    assert not plain.covers(replace(plain.terms, code=code), NOW)
    assert not plain.covers(plain.terms, plain.terms.expires_at)
