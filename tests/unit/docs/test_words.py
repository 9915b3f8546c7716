"""What the pages say exists, exists."""

import re
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest
from typer.main import get_command

from slipway.catalogue.message_routes import MessagesModel
from slipway.cli.registry import ENTRIES
from tests.unit.docs.pages_of_words import PAGES, PROJECT, code, heads, links, name_of

MAKE_WORDS = frozenset(re.findall(r"^([a-z-]+):", (PROJECT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE))
NOT_BUILT = {"README.md": frozenset({"verdict"})}
"""Commands that a page names in order to say that they are missing."""
VARIABLES = PROJECT / "docs" / "reference" / "environment-variables.md"
VARIABLE = re.compile(r"SLIPWAY_[A-Z]+(?:_[A-Z]+)*")
ON_ONE_MACHINE = re.compile(r"(?<![\w.~])/(?:work|root|home|Users)/\w+")
TEXTS = frozenset({".py", ".md", ".yaml", ".toml", ".txt", ".in", ".sql", ".json", ""})
pages = pytest.mark.parametrize("page", PAGES, ids=name_of)


@pages
def test_every_link_leads_somewhere(page: Path) -> None:
    dead = []
    for link in links(page):
        path, _, anchor = link.partition("#")
        if path.startswith(("http://", "https://")):
            continue
        target = (page.parent / path).resolve() if path else page
        if not target.exists() or (anchor and anchor not in heads(target)):
            dead.append(link)

    assert dead == []


@pages
def test_every_make_command_exists(page: Path) -> None:
    named = {match[1] for line in code(page) for match in re.finditer(r"(?:^|\s)make ([a-z][a-z-]*)", line)}

    assert named - MAKE_WORDS == set()


@pages
def test_every_slipway_command_exists_with_its_options(page: Path) -> None:
    missing = NOT_BUILT.get(name_of(page), frozenset())
    wrong = [words for line in code(page) if (words := slipway_words(line)) and words[0] not in missing]

    assert [words for words in wrong if not exists(words)] == []


def test_every_page_is_reached_from_the_readme() -> None:
    reached, todo = set(), [PROJECT / "README.md"]
    while todo:
        page = todo.pop()
        reached.add(page)
        targets = ((page.parent / link.partition("#")[0]).resolve() for link in links(page) if ":" not in link)
        todo += [target for target in targets if target.suffix == ".md" and target not in reached]

    assert [name_of(page) for page in PAGES if page not in reached] == []


def test_the_readme_fits_on_a_page() -> None:
    assert len((PROJECT / "README.md").read_text(encoding="utf-8").splitlines()) <= 100


def test_every_variable_is_described_and_no_other() -> None:
    files = [PROJECT / "docker-compose.yaml", *(PROJECT / "include" / "slipway").rglob("*.py")]
    used = {name for file in files for name in VARIABLE.findall(file.read_text(encoding="utf-8"))}

    assert set(VARIABLE.findall(VARIABLES.read_text(encoding="utf-8"))) == used


def test_every_decision_is_numbered_in_the_index_and_says_what_it_costs() -> None:
    folder = PROJECT / "docs" / "adr"
    decisions = sorted(folder.glob("0*.md"))
    index = (folder / "README.md").read_text(encoding="utf-8")

    assert [int(decision.name[:4]) for decision in decisions] == list(range(1, len(decisions) + 1))
    for decision in decisions:
        text = decision.read_text(encoding="utf-8")
        title = text.splitlines()[0].partition(". ")[2]
        assert f"| [{decision.name[:4]}]({decision.name}) | {title} |" in index
        assert "## Options" in text
        assert "## What it costs" in text


def test_every_file_that_a_decision_points_to_is_there() -> None:
    places = (PROJECT, PROJECT / "include" / "slipway", PROJECT / "include/slipway/adapters/database")
    pointers = re.compile(r"`([\w./-]+(?:\.py|\.sql|/))`")
    named = {
        pointer
        for decision in (PROJECT / "docs" / "adr").glob("0*.md")
        for pointer in pointers.findall(decision.read_text(encoding="utf-8").partition("## Where to see it")[2])
    }

    assert {name for name in named if "/" in name and not any((place / name).exists() for place in places)} == set()


def test_no_file_names_the_machine_it_was_written_on() -> None:
    folders = [PROJECT / name for name in ("docs", "include", "dags", "plugins", "tests", ".ci")]
    files = [*PROJECT.glob("*"), *(file for folder in folders for file in folder.rglob("*"))]
    texts = [file for file in files if file.is_file() and file.suffix in TEXTS and "__pycache__" not in file.parts]

    assert len(texts) > len(PAGES)
    assert [name_of(file) for file in texts if ON_ONE_MACHINE.search(file.read_text(encoding="utf-8"))] == []


def slipway_words(line: str) -> list[str]:
    """What follows `slipway` in a command, or nothing where the line is no command of ours."""
    match = re.match(r"^(?:\$ )?(?:[\w./-]*/)?slipway ([a-z].*)$", line.strip())
    return match[1].split() if match else []


def exists(words: list[str]) -> bool:
    """Whether the command, its sub-command, and each long option are there."""
    entry = next((entry for entry in ENTRIES if entry.name == words[0]), None)
    if entry is None:
        return False
    command: Any = get_command(getattr(import_module(entry.module), entry.app))
    children = getattr(command, "commands", {})
    if children and len(words) > 1 and not words[1].startswith("-"):
        if words[1] not in children:
            return words[1] == "…"
        command = children[words[1]]
    options = {option for parameter in command.params for option in parameter.opts}
    return all(word in options for word in words if re.fullmatch(r"--[a-z-]+", word))


def test_every_setting_of_messages_is_in_the_catalogues_page() -> None:
    page = (PROJECT / "docs" / "reference" / "catalogue.md").read_text(encoding="utf-8")
    section = page.partition("## Where messages go")[2].partition("\n## ")[0]
    assert set(re.findall(r"^\| `(\w+)`", section, re.MULTILINE)) == set(MessagesModel.model_fields)
