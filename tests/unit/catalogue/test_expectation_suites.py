"""Suites of expectations are checked when the catalogue loads, without Great Expectations."""

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from slipway.catalogue import expectation_suites
from slipway.catalogue.expectation_suites import read_suites
from slipway.catalogue.load import load_catalogue, load_one
from slipway.catalogue.problems import CatalogueError
from slipway.docs.pages import PROJECT

Edit = Callable[[str, str, str], None]
FILE = "expectations/orders/orders.yaml"


def test_the_suite_of_the_demo_is_read(demo: Path) -> None:
    (suite,) = read_suites(demo / "expectations" / "orders")
    assert (suite.name, suite.meta.table) == ("orders", "orders")
    assert [one.about for one in suite.expectations] == ["item", "id", "quantity", "item"]


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("to_not_be_null", "to_not_be_nul", "unknown expectation `expect_column_values_to_not_be_nul`"),
        ("{column: item}", "{colum: item}", "has no argument `colum`"),
        ("{column: item}", "{}", "needs the argument `column`"),
        ("{column: item}", "{column: [item]}", "`column` of `expect_column_values_to_not_be_null` must be a text, not"),
        ("min_value: 1", "min_value: one", 'must be a date, a number or fields, not "one"'),
        ("min_value: 1", "strict_min: true", "needs `min_value`, `max_value` or both"),
        ("severity: warning", "severity: wrong", "severity"),
        ("name: orders", "name: other", "must be called other.yaml"),
        ("{table: orders}", "{table: orders, schem: x}", "schem"),
        ("{table: orders}", '{table: "orders; drop"}', "table"),
    ],
)
def test_a_wrong_suite_is_a_problem_of_the_catalogue(folder: Path, edit: Edit, old: str, new: str, said: str) -> None:
    edit(FILE, old, new)
    for load in (lambda: load_catalogue(folder), lambda: load_one(folder, "orders")):
        with pytest.raises(CatalogueError) as refused:
            load()
        assert any(problem.file == FILE and said in problem.what for problem in refused.value.problems)
    load_one(folder, "forms")


@pytest.mark.parametrize("bound", ["1", "1.5", '"1.5"', "2026-01-31", "2026-01-31T10:00:00", "{$PARAMETER: least}"])
def test_what_great_expectations_reads_as_a_bound_is_one(folder: Path, edit: Edit, bound: str) -> None:
    edit(FILE, "min_value: 1", f"min_value: {bound}")
    load_one(folder, "orders")


def test_stray_files_and_folders_are_told(folder: Path) -> None:
    (folder / "expectations" / "order").mkdir()
    (folder / "expectations" / "orders" / "notes.txt").write_text("x")
    with pytest.raises(CatalogueError, match=r"did you mean orders\?") as refused:
        load_catalogue(folder)
    assert "notes.txt:1: this is no suite" in refused.value.report()


def test_reading_suites_imports_no_great_expectations() -> None:
    call = f"import sys, {expectation_suites.__name__}; sys.exit('great_expectations' in sys.modules)"
    environment = {"PATH": os.environ["PATH"], "PYTHONPATH": str(PROJECT / "include")}
    assert subprocess.run([sys.executable, "-c", call], check=False, env=environment).returncode == 0
