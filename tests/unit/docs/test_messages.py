"""What people are told stands in one package; each word of it is on a page, and changes there when it changes."""

import ast
import difflib
from collections.abc import Iterator
from inspect import getmembers, isfunction
from pathlib import Path
from pkgutil import iter_modules
from types import FunctionType

import pytest

from slipway.docs.message_samples import SAMPLES
from slipway.docs.messages_page import messages_page
from slipway.docs.pages import PROJECT
from slipway.domain import messages

CODE = PROJECT / "include" / "slipway"
PAGE = PROJECT / "docs" / "reference" / "messages.md"
SHARED = "slipway.domain.messages.words"
READS_IT_BACK = CODE / "adapters" / "database" / "outbox.py"
"""What the database kept of a message is the same message."""


def functions() -> Iterator[FunctionType]:
    """Those that make a message each."""
    for subject in messages.SUBJECTS:
        for name, function in getmembers(subject, isfunction):
            if function.__module__ == subject.__name__ and not name.startswith("_"):
                yield function


def messages_built(source: str) -> list[int]:
    """The lines on which a module builds a message, by whatever name it knows the class."""
    tree = ast.parse(source)
    imported = (alias for node in ast.walk(tree) if isinstance(node, ast.ImportFrom) for alias in node.names)
    names = {"Message", *(alias.asname or alias.name for alias in imported if alias.name == "Message")}
    calls = (node for node in ast.walk(tree) if isinstance(node, ast.Call))
    return [call.lineno for call in calls if getattr(call.func, "attr", getattr(call.func, "id", None)) in names]


def test_not_a_word_changes_unseen() -> None:
    then, now = PAGE.read_text(encoding="utf-8").splitlines(), messages_page().splitlines()
    changed = "\n".join(difflib.unified_diff(then, now, "the page", "the code", lineterm="", n=5))

    if changed:
        pytest.fail(
            f"people are told something else than the page says. If it is meant: make docs\n\n{changed}", pytrace=False
        )


def test_every_message_has_a_sample() -> None:
    sampled = {sample.func for sample in SAMPLES}
    missing = [f"{function.__module__}.{function.__name__}" for function in functions() if function not in sampled]

    assert missing == [], "each needs a line in include/slipway/docs/message_samples.py"


def test_every_module_of_the_package_is_one_of_its_subjects() -> None:
    modules = {f"{messages.__name__}.{found.name}" for found in iter_modules(messages.__path__)}

    assert {subject.__name__ for subject in messages.SUBJECTS} == modules - {SHARED}


def test_every_message_says_when_it_is_told() -> None:
    said = [function.__doc__ for function in functions()]

    assert None not in said
    assert len(said) == len(set(said))


def test_nobody_else_makes_a_message() -> None:
    package = Path(messages.__path__[0])
    files = [file for file in CODE.rglob("*.py") if package not in file.parents and file != READS_IT_BACK]
    lines = {str(file.relative_to(CODE)): messages_built(file.read_text(encoding="utf-8")) for file in files}

    assert {file: found for file, found in lines.items() if found} == {}, "its words belong to domain/messages"


@pytest.mark.parametrize(
    "source",
    [
        "from slipway.domain.message import Message\ntell(Message(key='k'))",
        "from slipway.domain.message import Message as Said\ntell(Said(key='k'))",
        "from slipway.domain import message\ntell(message.Message(key='k'))",
    ],
)
def test_a_message_is_found_by_whatever_name(source: str) -> None:
    assert messages_built(source) == [2]
