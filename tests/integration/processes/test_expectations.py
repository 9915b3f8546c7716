"""Great Expectations in a child: what fails, what warns, what could not be tried, and nothing left behind."""

import json
import os
import sqlite3
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import NullPool, create_engine, text

from slipway.adapters.migrations.expectations.check import SECONDS, prepared, raised
from slipway.adapters.migrations.expectations.suites import suites_in
from slipway.catalogue.expectation_suites import known_expectations
from slipway.cli.migration_commands import expectation_rows
from slipway.docs.pages import PROJECT
from slipway.domain.migration_proof import Cause, FindingCode
from slipway.ports.rehearsal import ExpectationResults

FAILED = FindingCode.EXPECTATION_FAILED
NOT_NULL, UNIQUE = "expect_column_values_to_not_be_null", "expect_column_values_to_be_unique"


def suite(folder: Path, name: str, *expectations: dict[str, Any]) -> None:
    folder.mkdir(exist_ok=True)
    content = {"name": name, "meta": {"table": name}, "expectations": expectations}
    (folder / f"{name}.json").write_text(json.dumps(content))


def expect(kind: str, column: str, severity: str = "critical", **more: Any) -> dict[str, Any]:
    return {"type": kind, "kwargs": {"column": column, **more}, "severity": severity}


@pytest.fixture
def suites(tmp_path: Path) -> Path:
    """One table that is mostly as it should be, and one that is not there."""
    folder = tmp_path / "suites"
    suite(
        folder,
        "orders",
        expect(NOT_NULL, "item"),
        expect(UNIQUE, "id"),
        expect(NOT_NULL, "gone"),
        expect("expect_column_values_to_be_in_set", "item", "warning", value_set=["jam"]),
        {"type": "expect_table_row_count_to_be_between", "kwargs": {"min_value": 1}},
    )
    suite(folder, "nowhere", expect(NOT_NULL, "item"))
    return folder


TABLE = "CREATE TABLE orders (id int, item text)"
ROWS = "INSERT INTO orders VALUES (1, 'secret tea'), (2, NULL), (3, 'jam')"


def check(url: str, folder: Path, seconds: float = SECONDS) -> ExpectationResults:
    with prepared(folder, datetime.now(UTC) + timedelta(minutes=10)) as suites:
        return suites.check(url, seconds)


def _told(found: ExpectationResults) -> None:
    told = [(one.code, one.object, one.detail.partition(":")[0]) for one in found.findings]
    assert (FindingCode.EXPECTATION_FAILED, "orders.item", NOT_NULL) in told
    assert (FindingCode.CHECK_ERRORED, "orders.gone", NOT_NULL) in told
    assert (FindingCode.EXPECTATION_WARNS, "orders.item", "expect_column_values_to_be_in_set") in told
    assert [one.code for one in found.findings if one.object == "nowhere"] == [FindingCode.CHECK_ERRORED]
    assert len(told) == 4
    assert {one.cause for one in found.findings if one.code is FindingCode.CHECK_ERRORED} == {Cause.SUITE}
    (failed,) = [one for one in found.findings if one.code is FindingCode.EXPECTATION_FAILED]
    assert failed.detail == f"{NOT_NULL}: 1 of 3 rows are not so"


def test_on_postgresql_failures_warnings_and_errors_are_told_apart(database_url: str, suites: Path) -> None:
    engine = create_engine(database_url, poolclass=NullPool)
    with engine.begin() as connection:
        connection.execute(text(TABLE))
        connection.execute(text(ROWS))
    others = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
    with prepared(suites, datetime.now(UTC) + timedelta(minutes=10)) as child:
        found = child.check(database_url)
        with engine.connect() as connection:
            assert connection.execute(text(others)).scalar_one() == 0, "the child lives on, its connections do not"
    _told(found)
    kept = json.dumps(found.results)
    assert '"unexpected_count": 1' in kept
    assert sorted(expectation_rows(found.results)) == [
        ("expect_column_values_to_be_in_set", "orders.item", "does not hold", "1 of 3"),
        (UNIQUE, "orders.id", "holds", "0 of 3"),
        (NOT_NULL, "orders.gone", "could not be tried", ""),
        (NOT_NULL, "orders.item", "does not hold", "1 of 3"),
        ("expect_table_row_count_to_be_between", "orders", "holds", ""),
        ("suite nowhere", "nowhere", "could not be tried", ""),
    ]
    assert "secret tea" not in kept, "a result has counts, never values of rows"


def test_on_sqlite_too(tmp_path: Path, suites: Path) -> None:
    connection = sqlite3.connect(tmp_path / "orders.db")
    connection.execute(TABLE)
    connection.execute(ROWS)
    connection.commit()
    connection.close()
    _told(check(f"sqlite:///{tmp_path}/orders.db", suites))


def test_past_the_deadline_nothing_has_passed_and_nothing_more_is_asked(suites: Path) -> None:
    with prepared(suites, datetime.now(UTC) + timedelta(minutes=10)) as child:
        for seconds in (0.2, SECONDS):
            (finding,) = child.check("sqlite:///nowhere.db", seconds).findings
            assert (finding.code, "deadline" in finding.detail) == (FindingCode.CHECK_ERRORED, True)


def test_one_child_answers_for_one_database_after_another(tmp_path: Path, suites: Path) -> None:
    for name, rows in (("good", [(1, "jam")]), ("bad", [(1, "jam"), (1, None)])):
        connection = sqlite3.connect(tmp_path / f"{name}.db")
        connection.execute(TABLE)
        connection.executemany("INSERT INTO orders VALUES (?, ?)", rows)
        connection.commit()
        connection.close()
    with prepared(suites, datetime.now(UTC) + timedelta(minutes=10)) as child:
        found = {
            name: [one.object for one in child.check(f"sqlite:///{tmp_path}/{name}.db").findings if one.code is FAILED]
            for name in ("good", "bad")
        }
    assert found == {"good": [], "bad": ["orders.item", "orders.id"]}


def test_a_database_that_is_not_there_is_an_error_without_its_password(suites: Path) -> None:
    found = check("postgresql://me:hunter22@127.0.0.1:1/nowhere", suites)
    assert {one.code for one in found.findings} == {FindingCode.CHECK_ERRORED}
    assert "hunter22" not in str(found)


def test_of_a_result_nothing_is_kept_but_what_counts(database_url: str, tmp_path: Path) -> None:
    """The greatest value of a column, or a row that a query finds, is what a row has."""
    engine = create_engine(database_url, poolclass=NullPool)
    with engine.begin() as connection:
        connection.execute(text(TABLE))
        connection.execute(text(ROWS))
        connection.execute(text("INSERT INTO orders VALUES (770090012, 'milk')"))
    rows = {"unexpected_rows_query": "SELECT * FROM orders WHERE id = 1"}
    suite(
        tmp_path / "suites",
        "orders",
        expect("expect_column_max_to_be_between", "id", max_value=1),
        {"type": "unexpected_rows_expectation", "kwargs": rows},
    )
    found = check(database_url, tmp_path / "suites")
    assert [one.code for one in found.findings] == [FindingCode.EXPECTATION_FAILED] * 2
    told = f"{json.dumps(found.results)} {found.findings}"
    assert not any(value in told for value in ("tea", "770090012"))


def test_no_suite_is_said_to_be_none(tmp_path: Path) -> None:
    assert suites_in(tmp_path) is None
    assert suites_in(tmp_path / "nowhere") is None


@pytest.mark.parametrize(
    ("info", "words"),
    [
        ({"raised_exception": False, "exception_message": None}, None),
        ({"raised_exception": True, "exception_message": "no such column"}, "no such column"),
        ({"('column_values.null', 'x')": {"raised_exception": True, "exception_message": "bad metric"}}, "bad metric"),
        ({"one": {"raised_exception": False}, "two": {"raised_exception": True}}, "it raised"),
        (None, None),
    ],
)
def test_an_exception_is_found_in_both_shapes(info: object, words: str | None) -> None:
    assert raised(info) == words


def test_the_hash_of_suites_changes_with_each_of_their_files(suites: Path) -> None:
    def now() -> str:
        found = suites_in(suites)
        assert found is not None
        return found.sha256

    before = now()
    suite(suites, "orders", expect(NOT_NULL, "item"))
    changed = now()
    (suites / "nowhere.json").unlink()
    assert len({before, changed, now()}) == 3


def test_the_list_of_what_is_known_is_that_of_the_pinned_great_expectations(tmp_path: Path) -> None:
    script = PROJECT / "include" / "slipway" / "adapters" / "migrations" / "expectations" / "known.py"
    environment = {"PATH": os.environ["PATH"], "HOME": str(tmp_path)}
    written = subprocess.run([sys.executable, str(script)], capture_output=True, check=True, env=environment).stdout
    assert json.loads(written) == known_expectations()
    assert len(known_expectations()) > 50
