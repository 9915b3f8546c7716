"""Findings of a rehearsal as people read them: each once, no wider than the terminal."""

from typing import Any

import pytest

from slipway.cli.finding_report import print_findings, seen_once
from slipway.domain.migration_proof import AFTER_OLD_WRITES

NOT_NULL = "expect_column_values_to_not_be_null"
CLEARED = "a new version, whose migrations are mended, or a manager who is neither author nor requester, by a waiver"


def finding(code: str, detail: str, **more: Any) -> dict[str, Any]:
    known = {"object": "orders.item", "revision": None, "stops": True, "waivable": True}
    return {"code": code, "detail": detail, **known, **more}


def told(capsys: pytest.CaptureFixture[str], findings: list[dict[str, Any]], **blockers: str) -> str:
    found = {
        "findings": findings,
        "waivers": [],
        "blockers": [
            {"code": f"migration_{code}", "message": "said above", "cleared_by": by} for code, by in blockers.items()
        ],
    }
    print_findings(found)
    return capsys.readouterr().out


def test_each_finding_is_said_once_and_wrapped(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "60")
    findings = [
        finding("expectation_failed", f"{NOT_NULL}: 1 of 3 rows are not so", cause="wrong before"),
        finding("expectation_failed", f"{AFTER_OLD_WRITES}{NOT_NULL}: 1 of 3 rows are not so", cause="wrong before"),
        finding("second_upgrade_differs", "failed at revision 0003", revision="0003", object="0003", waivable=False),
    ]
    text = told(capsys, findings, expectation_failed=CLEARED, second_upgrade_differs="nobody")

    assert max(len(line) for line in text.splitlines()) <= 60
    flat = " ".join(text.split())
    assert text.splitlines()[:4] == [
        "FINDING                 STOPS IT       REVISION  OBJECT",
        "expectation_failed      unless waived  -         orders.item",
        "second_upgrade_differs  yes            0003      0003",
        "",
    ]
    assert f"orders.item: {NOT_NULL}: 1 of 3 rows are not so (also after the old version has written)" in flat
    for words in (NOT_NULL, "the rows were wrong before", f"Cleared by {CLEARED}", "Cleared by nobody"):
        assert flat.count(words) == 1
    assert "said above" not in text


def test_what_is_otherwise_after_the_old_version_has_written_is_told_beside() -> None:
    findings = [
        finding("expectation_failed", f"{NOT_NULL}: 1 of 3 rows are not so"),
        finding("expectation_failed", f"{AFTER_OLD_WRITES}{NOT_NULL}: 2 of 4 rows are not so"),
        finding("expectation_failed", f"{AFTER_OLD_WRITES}{NOT_NULL}: 1 of 4 rows are not so", object="orders.id"),
    ]
    also = "(also after the old version has written: 2 of 4 rows are not so)"
    assert list(seen_once(findings)) == [
        f"orders.item: {NOT_NULL}: 1 of 3 rows are not so {also}",
        f"orders.id: {AFTER_OLD_WRITES}{NOT_NULL}: 1 of 4 rows are not so",
    ]


def test_what_stops_it_without_a_finding_is_told_too(capsys: pytest.CaptureFixture[str]) -> None:
    assert "Blocked: said above Cleared by that time" in told(capsys, [], window="that time")
