"""One YAML file as plain data that remembers the line of every key and value.

libyaml parses; only what plainly is a number, true, false or null is read as such: `no`, `09:30`, `2026-12-25`,
`007` and `12e5` (a commit, perhaps) stay texts.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from math import isfinite
from pathlib import Path
from typing import Any

import yaml

from slipway.catalogue.problems import CatalogueError, Problem

_Loader: type[Any] = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_STR = "tag:yaml.org,2002:str"
_INTEGER = re.compile(r"[-+]?(0|[1-9][0-9]{0,999})")
_FLOAT = re.compile(r"[-+]?(\.[0-9]+|[0-9]+\.[0-9]*)([eE][-+]?[0-9]+)?")
_WORDS: Mapping[str, bool | None] = {
    **dict.fromkeys(("", "~", "null", "Null", "NULL")),
    **dict.fromkeys(("true", "True", "TRUE"), True),
    **dict.fromkeys(("false", "False", "FALSE"), False),
}
Location = tuple[str | int, ...]


@dataclass
class Document:
    """A file's data; `lines` has the line of the key (or list item) at each location."""

    file: str
    data: Any = None
    lines: dict[Location, int] = field(default_factory=lambda: {(): 1})
    problems: list[Problem] = field(default_factory=list)
    unread: set[Location] = field(default_factory=set)
    """Places whose value was refused already, so that nothing more is said about them."""

    def line(self, location: Location) -> int:
        """The line of this location, or of the nearest that exists above it."""
        while location not in self.lines:
            location = location[:-1]
        return self.lines[location]

    def problem(self, location: Location, what: str, **hints: Any) -> Problem:
        """A problem at a location."""
        return Problem(file=self.file, line=self.line(location), what=what, **hints)


def read_document(folder: Path, file: str) -> Document:
    """Reads one file of the catalogue; what is wrong with its YAML is in `problems`."""
    document = Document(file=file)
    try:
        text = (folder / file).read_text(encoding="utf-8")
    except FileNotFoundError:
        document.problems.append(document.problem((), f"there is no file {file}; the catalogue needs one", hides=True))
        return document
    except (OSError, UnicodeDecodeError) as error:
        document.problems.append(document.problem((), f"the file cannot be read: {error}", hides=True))
        return document
    _parse(document, text)
    return document


def documents_ok(*documents: Document) -> None:
    """Raises CatalogueError with the YAML problems of these documents."""
    problems = [problem for document in documents for problem in document.problems]
    if problems:
        raise CatalogueError(problems)


def _parse(document: Document, text: str) -> None:
    try:
        root = yaml.compose(text, Loader=_Loader)
        document.data = _Reader(document).value(root, ()) if root is not None else None
    except RecursionError:
        document.problems.append(
            document.problem((), "the file is nested too deeply; it needs eight levels", hides=True)
        )
        return
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line = mark.line + 1 if mark else 1
        what = f"not valid YAML: {error.problem or error.context}"
        document.problems.append(Problem(file=document.file, line=line, what=what, hides=True))
        return
    except yaml.reader.ReaderError as error:
        line = text.count("\n", 0, error.position) + 1
        what = f"not valid YAML: {error.reason}"
        document.problems.append(Problem(file=document.file, line=line, what=what, hides=True))
        return
    if not isinstance(document.data, dict) and not document.problems:
        document.problems.append(
            document.problem((), "the file must hold fields, `name: value` on each line", hides=True)
        )


class _Reader:
    """Turns YAML nodes into plain data, noting lines and problems in the document."""

    def __init__(self, document: Document) -> None:
        self._document = document
        self._seen: set[int] = set()

    def value(self, node: yaml.Node, at: Location) -> Any:
        if id(node) in self._seen:
            what = "aliases (*name) are not supported; write the value out"
            self._document.problems.append(self._document.problem(at, what, hides=True))
            self._document.unread.add(at)
            return None
        self._seen.add(id(node))
        if not node.tag.startswith("tag:yaml.org,2002:"):
            self._refuse(node, f"the tag {node.tag} is not supported; write a plain value")
        if isinstance(node, yaml.MappingNode):
            return self._mapping(node, at)
        if isinstance(node, yaml.SequenceNode):
            return [self._item(child, (*at, index)) for index, child in enumerate(node.value)]
        assert isinstance(node, yaml.ScalarNode), "YAML has three kinds of nodes"
        return _scalar(node)

    def _item(self, node: yaml.Node, at: Location) -> Any:
        self._document.lines[at] = node.start_mark.line + 1
        return self.value(node, at)

    def _mapping(self, node: yaml.MappingNode, at: Location) -> dict[str, Any]:
        data: dict[str, Any] = {}
        for key_node, value_node in node.value:
            if not isinstance(key_node, yaml.ScalarNode):
                self._refuse(key_node, "a field's name must be a plain text")
                continue
            key = str(key_node.value)
            here = (*at, key)
            if key in data:
                first = self._document.lines[here]
                self._refuse(key_node, f"`{key}` stands here a second time; the first is on line {first}")
                continue
            self._document.lines[here] = key_node.start_mark.line + 1
            data[key] = self.value(value_node, here)
        return data

    def _refuse(self, node: yaml.Node, what: str) -> None:
        line = node.start_mark.line + 1
        self._document.problems.append(Problem(file=self._document.file, line=line, what=what))


def _scalar(node: yaml.ScalarNode) -> Any:
    text: str = node.value
    if node.style or node.tag == _STR:
        return text
    if text in _WORDS:
        return _WORDS[text]
    if _INTEGER.fullmatch(text):
        return int(text)
    if _FLOAT.fullmatch(text) and isfinite(float(text)):
        return float(text)
    return text
