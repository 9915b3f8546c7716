"""Suites that are programs: what the fake and those on a leash have in common, and how the latter judge."""

import json
import sys
from collections.abc import Callable
from pathlib import Path
from urllib.parse import quote
from xml.etree import ElementTree as ET

import pytest

from slipway.adapters.leash.leash import Ended
from slipway.adapters.leash.run import Finished
from slipway.adapters.probes.command_suites import LeashedSuites
from slipway.adapters.probes.junit import read_report
from slipway.domain.masked import without
from slipway.domain.service import Priority, SmokeCommand
from slipway.ports.outside.checks import CheckStatus, CommandSuites
from tests.fakes.command_suites import FakeCommandSuites
from tests.fakes.connections import FakeConnections

VALUES = {"url": "http://service", "version": "1.1", "digest": "sha256:1"}
TOKEN = "a-token-that-nobody-may-read"
PASSED = '<testsuites><testsuite><testcase name="a"/><testcase name="b"><skipped/></testcase></testsuite></testsuites>'
FAILED = (
    '<testsuite><testcase classname="orders" name="are taken"><failure message="expected 201, got 500"/></testcase>'
    '<testcase name="b"/></testsuite>'
)


def program(text: str, *more: str, **changes: object) -> SmokeCommand:
    """A suite that is a few lines of Python."""
    return SmokeCommand(**{"name": "suite", "run": (sys.executable, "-c", text, *more), "seconds": 20, **changes})


def test_what_a_program_says_can_be_stored() -> None:
    result = LeashedSuites(FakeConnections({})).run(
        program("print('bad \\0 byte'); raise SystemExit(1)"), VALUES, Path("/")
    )
    assert result.status is CheckStatus.FAIL
    assert result.detail.endswith("bad \ufffd byte")


def writes(report: str, code: int = 0) -> SmokeCommand:
    text = "import sys; open(sys.argv[1], 'w').write(sys.argv[2]); sys.exit(int(sys.argv[3]))"
    return program(text, "{report}", report, str(code), reports=True)


@pytest.fixture
def suites() -> LeashedSuites:
    return LeashedSuites(FakeConnections({"smoke": f"http://:{TOKEN}@service"}))


def fake(verdict: CheckStatus) -> tuple[CommandSuites, SmokeCommand]:
    made = FakeCommandSuites()
    made.verdicts["suite"] = verdict
    return made, program("")


def real(verdict: CheckStatus) -> tuple[CommandSuites, SmokeCommand]:
    says = {CheckStatus.PASS: "", CheckStatus.FAIL: "exit(3)", CheckStatus.UNKNOWN: "import time; time.sleep(60)"}
    return LeashedSuites(FakeConnections({})), program(says[verdict], seconds=1.0)


@pytest.mark.parametrize("made", [fake, real])
@pytest.mark.parametrize("verdict", list(CheckStatus))
def test_it_says_of_a_suite_how_it_ended(
    made: Callable[[CheckStatus], tuple[CommandSuites, SmokeCommand]], verdict: CheckStatus, tmp_path: Path
) -> None:
    suites, command = made(verdict)
    result = suites.run(command, VALUES, tmp_path)
    assert (result.name, result.status, result.priority) == ("suite", verdict, Priority.BLOCKING)
    assert result.detail


def test_a_program_gets_the_address_and_the_artefacts_files_and_none_of_our_variables(
    suites: LeashedSuites, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SLIPWAY_DATABASE_URL", "postgresql://secret")
    (tmp_path / "tests.txt").write_text("they are here")
    text = """
import os, sys
assert sys.argv[1:] == ["http://service/x", "1.1", "{strange}", os.getcwd()], sys.argv
assert open("tests.txt").read() == "they are here"
assert not [name for name in os.environ if name.startswith(("SLIPWAY", "AIRFLOW"))]
"""
    result = suites.run(program(text, "{url}/x", "{version}", "{strange}", "{folder}"), VALUES, tmp_path.resolve())
    assert result.status is CheckStatus.PASS, result.detail


def test_a_report_is_read_into_the_evidence(suites: LeashedSuites, tmp_path: Path) -> None:
    passed = suites.run(writes(PASSED), VALUES, tmp_path)
    assert (passed.status, passed.detail) == (CheckStatus.PASS, "1 tests, 0 failed, 1 skipped")
    failed = suites.run(writes(FAILED, 1), VALUES, tmp_path)
    assert failed.status is CheckStatus.FAIL
    assert failed.detail == "2 tests, 1 failed; orders are taken: expected 201, got 500; it ended with code 1"


def test_what_its_report_says_counts_though_it_ended_well(suites: LeashedSuites, tmp_path: Path) -> None:
    assert suites.run(writes(FAILED), VALUES, tmp_path).status is CheckStatus.FAIL


@pytest.mark.parametrize(
    ("report", "said"),
    [
        ("<testsuite/>", "it tested nothing (0 tests, 0 failed)"),
        ('<testsuite><testcase name="a"><skipped/></testcase></testsuite>', "it tested nothing"),
        ("no XML", "its report is no XML"),
        ('<!DOCTYPE a [<!ENTITY b "c">]><testsuite/>', "a definition of document type"),
    ],
)
def test_a_report_that_says_nothing_is_no_success(
    suites: LeashedSuites, tmp_path: Path, report: str, said: str
) -> None:
    result = suites.run(writes(report), VALUES, tmp_path)
    assert result.status is CheckStatus.UNKNOWN
    assert said in result.detail


def test_no_definition_hides_in_another_encoding(suites: LeashedSuites, tmp_path: Path) -> None:
    text = "import sys; open(sys.argv[1], 'wb').write('<!DOCTYPE a><testsuite/>'.encode('utf-16'))"
    result = suites.run(program(text, "{report}", reports=True), VALUES, tmp_path)
    assert result.status is CheckStatus.UNKNOWN
    assert "not in UTF-8" in result.detail


def test_a_report_that_was_asked_for_and_never_written_is_no_success(suites: LeashedSuites, tmp_path: Path) -> None:
    result = suites.run(program("", "{report}", reports=True), VALUES, tmp_path)
    assert (result.status, result.detail) == (CheckStatus.UNKNOWN, "it ended well, but it wrote no report")


def test_a_program_that_is_not_there_says_so(suites: LeashedSuites, tmp_path: Path) -> None:
    result = suites.run(SmokeCommand(name="suite", run=("no-such-program",)), VALUES, tmp_path)
    assert result.status is CheckStatus.UNKNOWN
    assert "it could not be started" in result.detail


def test_its_token_is_shown_nowhere(suites: LeashedSuites, tmp_path: Path) -> None:
    text = "import os; print('I have', os.environ['SMOKE_TOKEN']); exit(1)"
    result = suites.run(program(text, bearer="smoke"), VALUES, tmp_path)
    assert result.detail == "it ended with code 1. It said: I have ***"


LONG_TOKEN = 's3cret/of "all'


def secretive(*, code: str) -> SmokeCommand:
    return program(f"import os; token = os.environ['SMOKE_TOKEN']; {code}; exit(1)", bearer="smoke")


@pytest.mark.parametrize("after", range(480, 502))
def test_no_part_of_its_token_is_shown_wherever_its_words_are_cut(after: int, tmp_path: Path) -> None:
    finished = Finished(
        ended=Ended(why="exited", code=1), stdout=f"{LONG_TOKEN}{'x' * after}", stderr=json.dumps(LONG_TOKEN)
    )
    words = finished.tail(500, lambda text: without(text, {LONG_TOKEN}))
    assert not any(part in words for part in ("s3c", "cret", "of", "all"))


def test_a_program_whose_last_words_begin_with_its_token_shows_no_end_of_it(
    suites: LeashedSuites, tmp_path: Path
) -> None:
    result = suites.run(secretive(code="print(token + 'x' * 497)"), VALUES, tmp_path)
    assert result.status is CheckStatus.FAIL
    assert result.detail.endswith("It said: ***" + "x" * 497)


@pytest.mark.parametrize("form", [str, lambda text: json.dumps(text)[1:-1], quote])
@pytest.mark.parametrize("before", range(270, 302))
def test_no_part_of_its_token_is_shown_wherever_its_report_is_cut(
    before: int, form: Callable[[str], str], tmp_path: Path
) -> None:
    case = ET.Element("testcase", name="reads")
    ET.SubElement(case, "failure", message="x" * (before - len("reads: ")) + form(LONG_TOKEN))
    file = tmp_path / "report.xml"
    file.write_bytes(ET.tostring(case))
    first = read_report(file, lambda text: without(text, {LONG_TOKEN})).first
    assert not any(part in first for part in ("s3c", "cret", "of", "all"))
    assert first.startswith("reads: xx")


def test_a_report_with_the_token_at_its_cut_is_told_without_it(suites: LeashedSuites, tmp_path: Path) -> None:
    text = """
import os, sys
said = "x" * 295 + os.environ["SMOKE_TOKEN"]
open(sys.argv[1], "w").write(f'<testsuite><testcase name="a"><failure message="{said}"/></testcase></testsuite>')
"""
    result = suites.run(program(text, "{report}", reports=True, bearer="smoke"), VALUES, tmp_path)
    assert result.status is CheckStatus.FAIL
    assert result.detail.endswith("xx**")


@pytest.mark.parametrize(
    ("ends", "how"),
    [
        ("exit(3)", "2 tests, 0 failed; it ended with code 3"),
        ("import time; time.sleep(60)", "it was not done within 2 s, and was ended"),
    ],
)
def test_what_its_report_does_not_tell_the_program_says_itself_without_its_token(
    suites: LeashedSuites, tmp_path: Path, ends: str, how: str
) -> None:
    report = '<testsuite><testcase name="a"/><testcase name="b"/></testsuite>'
    says = "import os, sys; open(sys.argv[1], 'w').write(sys.argv[2]);"
    says += f" print('threshold of p95 crossed', os.environ['SMOKE_TOKEN'], 'x' * 480, flush=True); {ends}"
    result = suites.run(program(says, "{report}", report, reports=True, bearer="smoke", seconds=2.0), VALUES, tmp_path)
    assert result.detail.startswith(f"{how}. It said: ")
    assert "crossed *** xxx" in result.detail
    assert TOKEN[-6:] not in result.detail
