"""Whoever begins at a README finds every page."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from slipway.docs.pages import PROJECT

DOCS = PROJECT / "docs"


def links(page: Path) -> Iterator[Path]:
    """The files that a page links to, whether they are there or not."""
    for target in re.findall(r"\]\(([^)#\s]+)[^)]*\)", page.read_text(encoding="utf-8")):
        if "://" not in target:
            yield (page.parent / target).resolve()


def pages(folder: str) -> set[Path]:
    return {path.resolve() for path in (DOCS / folder).rglob("*.md")}


@pytest.mark.parametrize("folder", ["how-to", "explanation", "reference", "runbooks"])
def test_the_documentation_page_links_every_page(folder: str) -> None:
    assert pages(folder)
    assert pages(folder) - set(links(DOCS / "README.md")) == set()


def test_the_readme_links_every_how_to() -> None:
    assert pages("how-to") - set(links(PROJECT / "README.md")) == set()


@pytest.mark.parametrize("page", ["README.md", "docs/README.md"])
def test_no_link_of_theirs_leads_nowhere(page: str) -> None:
    assert [str(target) for target in links(PROJECT / page) if not target.exists()] == []
