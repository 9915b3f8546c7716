"""`make test` and `make chaos` together run every test there is, and so does pytest by itself."""

import re
import tomllib
from pathlib import Path

PROJECT = Path(__file__).parents[2]
FOLDERS = sorted(
    {f"tests/{file.relative_to(PROJECT / 'tests').parts[0]}" for file in PROJECT.glob("tests/**/test_*.py")}
)


def test_every_folder_of_tests_is_run_by_pytest() -> None:
    settings = tomllib.loads((PROJECT / "pyproject.toml").read_text(encoding="utf-8"))
    assert sorted(settings["tool"]["pytest"]["ini_options"]["testpaths"]) == FOLDERS


def test_every_folder_of_tests_is_run_by_make_test() -> None:
    lists = re.findall(
        r"^(?:QUICK|PLATFORMS) := (.+)$", (PROJECT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE
    )
    assert len(lists) == 2
    assert sorted(folder for words in lists for folder in words.split()) == FOLDERS


def test_what_make_test_leaves_out_is_there() -> None:
    makefile = (PROJECT / "Makefile").read_text(encoding="utf-8")
    (left_out,) = re.findall(r"^CHAOS := (.+)$", makefile, re.MULTILINE)
    assert [name for name in left_out.split() if not (PROJECT / name).is_file()] == []
