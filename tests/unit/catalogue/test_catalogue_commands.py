"""`slipway catalogue …`, and that it stays light."""

import json
import subprocess
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner

from slipway.cli.main import app
from slipway.cli.registry import ENTRIES, Entry


def test_a_right_catalogue_is_summed_up_on_one_screen(demo: Path) -> None:
    result = CliRunner().invoke(app, ["catalogue", "validate", str(demo)])

    assert result.exit_code == 0
    assert "forms, greeter, orders: 3" in result.stdout
    assert len(result.stdout.splitlines()) < 24


def test_the_folder_comes_from_the_environment(folder: Path) -> None:
    (folder / "services" / "forms.yaml").unlink()

    result = CliRunner().invoke(app, ["catalogue", "validate", "--json"], env={"SLIPWAY_CATALOGUE": str(folder)})

    assert json.loads(result.stdout)["services"] == ["greeter", "orders"]


def test_problems_come_as_json_too(folder: Path) -> None:
    (folder / "services" / "forms.yaml").write_text("name: forms\nteem: x\n")

    result = CliRunner().invoke(app, ["catalogue", "validate", str(folder), "--json"])

    assert result.exit_code == 2
    answer = json.loads(result.stdout)
    assert answer["ok"] is False
    unknown = next(one for one in answer["problems"] if "teem" in one["what"])
    assert answer["unchecked"] == ["services/forms.yaml"]
    assert (unknown["file"], unknown["line"], unknown["did_you_mean"]) == ("services/forms.yaml", 2, "team")


@pytest.mark.parametrize("kind", ["platform", "people", "service"])
def test_the_schema_is_printed(kind: str) -> None:
    result = CliRunner().invoke(app, ["catalogue", "schema", kind])

    assert json.loads(result.stdout)["type"] == "object"


def test_an_unknown_kind_of_file_is_bad_usage() -> None:
    assert CliRunner().invoke(app, ["catalogue", "schema", "servce"]).exit_code == 2


def test_the_schemas_are_written_where_told(tmp_path: Path) -> None:
    result = CliRunner().invoke(app, ["catalogue", "schema", "--write", str(tmp_path / "schema")])

    assert result.exit_code == 0
    written = sorted(path.name for path in (tmp_path / "schema").iterdir())
    assert written == ["people.json", "platform.json", "service.json"]


def test_a_mistyped_command_is_told_the_nearest() -> None:
    result = CliRunner().invoke(app, ["catalouge"])

    assert result.exit_code == 2
    assert "Did you mean 'catalogue'?" in result.stderr


def test_help_lists_every_command_of_the_registry() -> None:
    result = CliRunner().invoke(app, ["--help"])

    assert result.exit_code == 0
    for entry in ENTRIES:
        assert f"  {entry.name} " in result.stdout


@pytest.mark.parametrize("entry", ENTRIES, ids=lambda entry: entry.name)
def test_every_command_of_the_registry_has_its_module(entry: Entry) -> None:
    assert CliRunner().invoke(app, [entry.name, "--help"]).exit_code == 0


@pytest.mark.parametrize("arguments", [["--help"], ["catalogue", "validate"]])
def test_nothing_heavy_is_imported(arguments: list[str], demo: Path) -> None:
    program = (
        "import sys\nfrom slipway.cli.main import app\n"
        f"app({arguments!r}, standalone_mode=False)\n"
        "heavy = {'airflow', 'sqlalchemy', 'fastapi', 'httpx', 'rich'} & set(sys.modules)\n"
        "assert not heavy, heavy\n"
    )
    environment = {"PYTHONPATH": str(demo.parent), "SLIPWAY_CATALOGUE": str(demo)}

    done = subprocess.run([sys.executable, "-c", program], env=environment, capture_output=True, text=True, check=False)

    assert done.returncode == 0, done.stderr
