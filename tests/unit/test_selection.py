"""`make test` runs every test there is."""

import re
import tomllib
from pathlib import Path

from tests.selection import PLATFORMS, STORIES, TRIALS, group_of, may_start_a_platform

PROJECT = Path(__file__).parents[2]
FOLDERS = sorted(
    {f"tests/{file.relative_to(PROJECT / 'tests').parts[0]}" for file in PROJECT.glob("tests/**/test_*.py")}
)


def test_every_folder_of_tests_is_run_by_pytest() -> None:
    settings = tomllib.loads((PROJECT / "pyproject.toml").read_text(encoding="utf-8"))
    assert sorted(settings["tool"]["pytest"]["ini_options"]["testpaths"]) == FOLDERS


def test_make_test_leaves_nothing_out() -> None:
    makefile = (PROJECT / "Makefile").read_text(encoding="utf-8")
    (command,) = re.findall(r"^test: .*\n\t@(.+)$", makefile, re.MULTILINE)
    assert command == "$(PY) -m pytest $(ON_ALL_CORES)"
    assert not re.search(r"^ON_ALL_CORES.*(ignore|deselect|-k|-m)\b", makefile, re.MULTILINE)


def test_those_that_start_a_platform_are_where_the_sessions_look_for_them() -> None:
    starters = {
        file.relative_to(PROJECT / "tests").parts[0]
        for file in PROJECT.glob("tests/**/*.py")
        if re.search(r"\bRunningPlatform\(|\bLargePlatform\(", file.read_text(encoding="utf-8"))
    }
    assert starters - {"bench", "running_platform.py"} - PLATFORMS == set()


def test_of_several_processes_two_have_all_that_start_a_platform() -> None:
    assert may_start_a_platform("tests/e2e/test_release_path.py::test_it[a/b]")
    assert not may_start_a_platform("tests/unit/test_selection.py::test_it[tests/e2e]")
    assert {group_of(f"tests/{folder}/test_a.py::test_it") for folder in PLATFORMS} == {STORIES, TRIALS}
    assert group_of("tests/unit/test_selection.py::test_it[tests/e2e]") == "tests/unit/test_selection.py"
