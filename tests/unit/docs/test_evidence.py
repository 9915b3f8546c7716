"""The evidence page names what there is: files, tests and log entries; and every requirement once."""

import re

import pytest

from slipway.docs.evidence import EVIDENCE, Evidence
from slipway.docs.log_kinds import all_kinds
from slipway.docs.pages import PROJECT

each = pytest.mark.parametrize("evidence", EVIDENCE, ids=lambda evidence: evidence.number)


def test_every_requirement_has_its_row() -> None:
    assert [evidence.number for evidence in EVIDENCE] == [f"R{number}" for number in range(1, 28)]


@each
def test_its_rules_are_files(evidence: Evidence) -> None:
    assert evidence.rules
    missing = [rule for rule in evidence.rules if not (PROJECT / "include" / "slipway" / rule).exists()]
    assert missing == []


@each
def test_its_tests_are_tests(evidence: Evidence) -> None:
    assert evidence.tests
    for test in evidence.tests:
        file, _, name = test.partition("::")
        text = (PROJECT / "tests" / file).read_text(encoding="utf-8")
        assert name == "*" or re.search(rf"^def {name}\(", text, re.MULTILINE), test


@each
def test_its_log_entries_are_kinds(evidence: Evidence) -> None:
    assert evidence.log
    assert set(evidence.log) <= set(all_kinds())
