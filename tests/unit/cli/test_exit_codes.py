"""Errors become words and exit codes, never tracebacks."""

import tomllib

import typer
from typer.testing import CliRunner

from slipway.catalogue.problems import CatalogueError, Problem
from slipway.cli.main import LazyGroup
from slipway.cli.main import app as whole
from slipway.cli.registry import Entry
from slipway.docs.pages import PROJECT
from slipway.domain.errors import NotFoundError, RefusedError

refusing = typer.Typer()
missing = typer.Typer()
spoilt = typer.Typer()


@refusing.command()
def refuse() -> None:
    raise RefusedError("hold", "A hold is in place; ask second line.")


@missing.command()
def look() -> None:
    raise NotFoundError("There is no such release.")


@spoilt.command()
def read() -> None:
    raise CatalogueError([Problem(file="people.yaml", line=3, what="unknown team `x`")])


class Commands(LazyGroup):
    entries = {  # noqa: RUF012 - a registry of its own
        "refuse": Entry("refuse", "Is refused.", __name__, "refusing"),
        "look": Entry("look", "Finds nothing.", __name__, "missing"),
        "read": Entry("read", "Reads nonsense.", __name__, "spoilt"),
    }


app = typer.Typer(cls=Commands, rich_markup_mode=None)


@app.callback()
def root() -> None:
    """Holds the commands."""


def test_a_refusal_is_told_in_its_own_words_with_exit_code_1() -> None:
    result = CliRunner().invoke(app, ["refuse"])

    assert (result.exit_code, result.stderr) == (1, "A hold is in place; ask second line.\n")


def test_not_found_is_exit_code_1() -> None:
    assert CliRunner().invoke(app, ["look"]).exit_code == 1


def test_a_bad_catalogue_is_exit_code_2() -> None:
    result = CliRunner().invoke(app, ["read"])

    assert result.exit_code == 2
    assert result.stderr.startswith("people.yaml:3: unknown team `x`")


def test_an_unknown_option_is_bad_usage() -> None:
    assert CliRunner().invoke(app, ["refuse", "--loud"]).exit_code == 2


def test_the_version_is_that_of_the_project() -> None:
    project = tomllib.loads((PROJECT / "pyproject.toml").read_text(encoding="utf-8"))["project"]

    result = CliRunner().invoke(whole, ["--version"])

    assert (result.exit_code, result.stdout) == (0, f"slipway {project['version']}\n")
