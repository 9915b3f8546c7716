"""The pages that people read, and what stands in them."""

import re
from collections.abc import Iterator
from pathlib import Path

PROJECT = Path(__file__).parents[3]
PAGES = sorted([PROJECT / "README.md", PROJECT / "CHANGELOG.md", *(PROJECT / "docs").rglob("*.md")])
_FENCE = re.compile(r"^ *```(\w*)\n(.*?)^ *```", re.DOTALL | re.MULTILINE)
_CODE = re.compile(r"`([^`\n]+)`")
_LINK = re.compile(r"\[[^\]]*\]\(([^)\s]+)\)")
_SHELL = frozenset({"", "sh"})


def name_of(page: Path) -> str:
    return page.relative_to(PROJECT).as_posix()


def links(page: Path) -> Iterator[str]:
    """Targets of links, those in code left out."""
    text = _CODE.sub("", _FENCE.sub("", page.read_text(encoding="utf-8")))
    yield from _LINK.findall(text)


def code(page: Path) -> Iterator[str]:
    """Every line of a shell block, and every piece of inline code."""
    text = page.read_text(encoding="utf-8")
    for language, block in _FENCE.findall(text):
        if language in _SHELL:
            yield from block.replace("\\\n", " ").splitlines()
    yield from _CODE.findall(_FENCE.sub("", text))


def heads(page: Path) -> frozenset[str]:
    """The anchors of a page's headings."""
    found = re.findall(r"^#+ (.+)$", _FENCE.sub("", page.read_text(encoding="utf-8")), re.MULTILINE)
    return frozenset(re.sub(r"[^\w\- ]", "", head.lower()).strip().replace(" ", "-") for head in found)
