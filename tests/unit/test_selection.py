"""`make test` and `make chaos` together run every test there is."""

import tomllib
from pathlib import Path

PROJECT = Path(__file__).parents[2]


def test_every_folder_of_tests_is_run() -> None:
    settings = tomllib.loads((PROJECT / "pyproject.toml").read_text(encoding="utf-8"))
    named = settings["tool"]["pytest"]["ini_options"]["testpaths"]
    with_tests = {
        f"tests/{file.relative_to(PROJECT / 'tests').parts[0]}" for file in PROJECT.glob("tests/**/test_*.py")
    }
    assert sorted(named) == sorted(with_tests)
