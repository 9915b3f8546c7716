"""Generated pages say what the code says, and a stale one is told by name."""

import ast
import itertools
from pathlib import Path

import pytest
from typer.testing import CliRunner

from slipway.cli.main import app
from slipway.cli.registry import ENTRIES
from slipway.docs import pages
from slipway.docs.authority_page import BUILT
from slipway.docs.log_kinds import all_kinds
from slipway.domain.grant import Step
from slipway.domain.platform import Action
from tests.unit.docs.log_calls import kinds_written

CODE = pages.PROJECT / "include" / "slipway"
PAGE = Path("docs/reference/page.md")


def test_every_generated_page_is_current() -> None:
    result = CliRunner().invoke(app, ["docs", "--check"])

    assert result.exit_code == 0, result.output


def test_the_reference_has_every_command() -> None:
    text = (pages.PROJECT / "docs" / "reference" / "cli.md").read_text(encoding="utf-8")

    assert [entry.name for entry in ENTRIES if f"\n## `slipway {entry.name}`\n" not in text] == []


def test_docs_wants_to_know_whether_to_write_or_to_check() -> None:
    assert CliRunner().invoke(app, ["docs"]).exit_code == 2
    assert CliRunner().invoke(app, ["docs", "--write", "--check"]).exit_code == 2


def test_a_stale_page_is_refused_by_name_and_mended_by_writing(tmp_path: Path) -> None:
    wanted = {PAGE: "new\n"}
    (tmp_path / PAGE).parent.mkdir(parents=True)
    (tmp_path / PAGE).write_text("old\n", encoding="utf-8")

    with pytest.raises(pages.StaleDocsError, match=r"docs/reference/page\.md.*make docs"):
        pages.check(wanted, tmp_path)
    written = pages.write(wanted, tmp_path)

    pages.check(wanted, tmp_path)
    assert written == [PAGE]
    assert pages.write(wanted, tmp_path) == []


def test_every_kind_that_the_code_writes_is_described_and_no_other() -> None:
    files = itertools.chain(*((CODE / layer).rglob("*.py") for layer in ("use_cases", "airflow_edge", "console")))
    written = frozenset().union(*(kinds_written(file.read_text(encoding="utf-8")) for file in files))

    assert written == all_kinds()


def test_the_table_says_of_each_action_whether_anything_asks_for_it() -> None:
    named = {
        node.attr
        for layer in ("use_cases", "console", "domain/policy")
        for file in (CODE / layer).rglob("*.py")
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8")))
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id == "Action"
    }
    asked_by_a_task = {step.action for step in Step}

    assert {Action[name] for name in named} | {Action(action) for action in asked_by_a_task} == BUILT
