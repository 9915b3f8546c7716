"""Every known-bad catalogue is refused with exactly the report that lies in its folder."""

from pathlib import Path

import pytest
from typer.testing import CliRunner

from slipway.catalogue.load import load_catalogue
from slipway.catalogue.problems import CatalogueError
from slipway.cli.main import app

BAD = sorted(path for path in (Path(__file__).parents[2] / "bad_catalogue").iterdir() if path.is_dir())


@pytest.mark.parametrize("folder", BAD, ids=lambda path: path.name)
def test_a_bad_catalogue_is_refused_with_all_its_problems(folder: Path) -> None:
    with pytest.raises(CatalogueError) as refused:
        load_catalogue(folder)

    assert refused.value.report() + "\n" == (folder / "expected.txt").read_text()


@pytest.mark.parametrize("folder", BAD, ids=lambda path: path.name)
def test_every_problem_points_at_a_line_that_exists(folder: Path) -> None:
    with pytest.raises(CatalogueError) as refused:
        load_catalogue(folder)

    for problem in refused.value.problems:
        path = folder / problem.file
        lines = len(path.read_text().splitlines()) if path.is_file() else 1
        assert 1 <= problem.line <= max(lines, 1), problem


@pytest.mark.parametrize("folder", BAD, ids=lambda path: path.name)
def test_the_command_prints_the_report_and_exits_with_2(folder: Path) -> None:
    result = CliRunner().invoke(app, ["catalogue", "validate", str(folder)])

    assert result.exit_code == 2
    assert result.stderr == (folder / "expected.txt").read_text()
    assert result.stdout == ""
