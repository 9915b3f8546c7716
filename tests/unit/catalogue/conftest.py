"""The demo catalogue, and copies of it that a test may spoil."""

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]
DEMO = ROOT / "include" / "catalogue"

Edit = Callable[[str, str, str], None]


@pytest.fixture
def demo() -> Path:
    """The demo catalogue itself; tests only read it."""
    return DEMO


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A copy to change."""
    return Path(shutil.copytree(DEMO, tmp_path / "catalogue"))


@pytest.fixture
def edit(folder: Path) -> Edit:
    """Replaces one text in one file of the copy."""

    def replace(file: str, old: str, new: str) -> None:
        path = folder / file
        text = path.read_text()
        assert old in text, f"{file} has no {old!r}"
        path.write_text(text.replace(old, new, 1))

    return replace
