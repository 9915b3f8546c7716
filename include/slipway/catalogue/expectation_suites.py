"""`expectations/<service>/<suite>.yaml` (or `.json`): what must be true of one table, as a suite of Great Expectations.

The files are checked against what Great Expectations knows without importing it, which takes seconds.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import ConfigDict, Field, JsonValue, StringConstraints

from slipway.catalogue.argument_kinds import does_take, in_words
from slipway.catalogue.document import Document, read_document
from slipway.catalogue.files import EXPECTATIONS
from slipway.catalogue.problems import CatalogueError, Problem, nearest
from slipway.catalogue.strict_model import StrictModel, Text
from slipway.catalogue.validated import validated

_KNOWN = Path(__file__).with_name("known_expectations.json")
_BOUNDS = frozenset({"min_value", "max_value"})
_ENDINGS = (".yaml", ".json")
SqlName = Annotated[str, StringConstraints(pattern=r"^[A-Za-z_][A-Za-z0-9_$]*$", max_length=63)]


class ExpectationModel(StrictModel):
    """One expectation, as Great Expectations writes it."""

    type: Text = Field(examples=["expect_column_values_to_not_be_null"])
    kwargs: dict[str, JsonValue] = Field({}, description="Its arguments.")
    severity: Literal["critical", "warning", "info"] = Field(
        "critical", description="Only a critical one blocks; the others are shown to those who approve."
    )
    id: Text | None = None
    description: Text | None = None
    notes: Text | None = None
    meta: dict[str, JsonValue] | None = None

    @property
    def about(self) -> str:
        """The column it is about, or nothing."""
        column = self.kwargs.get("column")
        return column if isinstance(column, str) else ""


class SuiteMetaModel(StrictModel):
    """Which table the suite is about."""

    model_config = ConfigDict(populate_by_name=True)

    table: SqlName
    schema_name: SqlName | None = Field(None, alias="schema", description="Left out: where the search path leads.")


class SuiteModel(StrictModel):
    """One suite. `name` is the file's name."""

    name: Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9_-]*$", max_length=60)]
    meta: SuiteMetaModel
    expectations: list[ExpectationModel] = Field(min_length=1)
    id: Text | None = None
    notes: Text | None = None


def read_suites(folder: Path) -> Sequence[SuiteModel]:
    """The suites of one service, in order of their names. Raises CatalogueError with every problem of all files."""
    suites: list[SuiteModel] = []
    problems: list[Problem] = []
    for name in _files(folder):
        suite, found = _read(folder, name)
        problems += found
        if suite is not None:
            suites.append(suite)
    if problems:
        raise CatalogueError(problems)
    return suites


def suite_problems(catalogue: Path, services: Sequence[str], all_services: Sequence[str]) -> Iterator[Problem]:
    """What is wrong with the suites of these services; a folder of no service is told too."""
    root = catalogue / EXPECTATIONS
    folders = sorted(path.name for path in root.iterdir() if not path.name.startswith(".")) if root.is_dir() else []
    for name in folders:
        if name not in all_services:
            close = nearest(name, all_services)
            what = f"there is no service `{name}` whose expectations these could be"
            yield Problem(file=f"{EXPECTATIONS}/{name}", line=1, what=what, did_you_mean=close)
        elif name in services:
            for file in _files(root / name):
                yield from _read(catalogue, f"{EXPECTATIONS}/{name}/{file}")[1]


def _files(folder: Path) -> Sequence[str]:
    if not folder.is_dir():
        return ()
    return sorted(path.name for path in folder.iterdir() if not path.name.startswith("."))


def _read(folder: Path, file: str) -> tuple[SuiteModel | None, Sequence[Problem]]:
    if not file.endswith(_ENDINGS):
        return None, [Problem(file=file, line=1, what="this is no suite: its file is called <name>.yaml or .json")]
    document = read_document(folder, file)
    suite = validated(document, SuiteModel)
    if suite is None:
        return None, document.problems
    path = Path(file)
    if suite.name != path.stem:
        what = f"the file of `{suite.name}` must be called {suite.name}{path.suffix}"
        document.problems.append(document.problem(("name",), what))
    for number, one in enumerate(suite.expectations):
        document.problems.extend(_unknown(document, number, one))
    return suite, document.problems


def _unknown(document: Document, number: int, one: ExpectationModel) -> Iterator[Problem]:
    known = known_expectations().get(one.type)
    at = ("expectations", number)
    if known is None:
        close = nearest(one.type, known_expectations())
        yield document.problem((*at, "type"), f"unknown expectation `{one.type}`", did_you_mean=close)
        return
    allowed = (*known["needs"], *known["may"])
    for name in one.kwargs:
        if name not in allowed:
            what = f"`{one.type}` has no argument `{name}`"
            hint = nearest(name, allowed)
            yield document.problem((*at, "kwargs", name), what, allowed=allowed, did_you_mean=hint)
        elif (takes := known["takes"].get(name)) and not does_take(takes, one.kwargs[name]):
            what = f"`{name}` of `{one.type}` must be {in_words(takes)}, not {json.dumps(one.kwargs[name])}"
            yield document.problem((*at, "kwargs", name), what)
    for name in known["needs"]:
        if name not in one.kwargs:
            yield document.problem((*at, "kwargs"), f"`{one.type}` needs the argument `{name}`")
    if set(allowed) >= _BOUNDS and all(one.kwargs.get(name) is None for name in _BOUNDS):
        what = f"`{one.type}` needs `min_value`, `max_value` or both: without a bound it would always pass"
        yield document.problem((*at, "kwargs"), what)


@cache
def known_expectations() -> Mapping[str, Mapping[str, Any]]:
    """By type: the arguments it `needs` and `may` have and what each `takes`, as the pinned Great Expectations says."""
    known: dict[str, Any] = json.loads(_KNOWN.read_text(encoding="utf-8"))
    return known
