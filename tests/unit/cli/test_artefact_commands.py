"""A version is put into the store by a command, once; a mistyped name is not."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from slipway.cli.main import app


class Shell:
    """Commands on a platform of one's own, in the folder of the project or where `SLIPWAY_HOME` says."""

    def __init__(self, folder: Path, *, named: bool) -> None:
        self._home = {"SLIPWAY_HOME": str(folder / "home")} if named else {}
        self.built = folder / "build"
        self.built.mkdir()
        (self.built / "app.py").write_text("print(1)", encoding="utf-8")

    def run(self, *words: str) -> tuple[int, str, str]:
        result = CliRunner().invoke(app, ["artefact", *words], env=self._home)
        return result.exit_code, result.stdout, result.stderr


@pytest.fixture(params=[True, False], ids=["named", "of the project"])
def shell(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Shell:
    monkeypatch.delenv("SLIPWAY_HOME", raising=False)
    monkeypatch.setattr("slipway.platform.home.PROJECT", tmp_path)
    return Shell(tmp_path, named=request.param)


def test_a_published_version_is_listed_with_its_digest(shell: Shell) -> None:
    code, told, _ = shell.run("publish", "orders", "9.0.0", str(shell.built))
    ((only,),) = [json.loads(shell.run("list", "orders", "--json")[1])]
    assert (code, only["version"]) == (0, "9.0.0")
    assert only["digest"] in told
    assert "slipway release orders 9.0.0" in told
    assert shell.run("list", "orders")[1].splitlines()[1].split() == ["9.0.0", only["digest"], str(only["size"])]


def test_publishing_again_is_harmless_and_other_files_are_refused(shell: Shell) -> None:
    first = shell.run("publish", "orders", "9.0.0", str(shell.built))
    assert shell.run("publish", "orders", "9.0.0", str(shell.built)) == first
    (shell.built / "app.py").write_text("print(2)", encoding="utf-8")
    code, told, said = shell.run("publish", "orders", "9.0.0", str(shell.built))
    assert (code, told, "published already, with other bytes" in said) == (1, "", True)


@pytest.mark.parametrize("words", [("publish", "order", "9.0.0"), ("list", "order")])
def test_a_mistyped_service_is_named(shell: Shell, words: tuple[str, ...]) -> None:
    more = (str(shell.built),) if words[0] == "publish" else ()
    assert shell.run(*words, *more) == (1, "", "there is no service order in the catalogue: did you mean orders?\n")


def test_a_service_without_a_version_has_none(shell: Shell) -> None:
    assert shell.run("list", "orders")[1] == "The store has no version of orders yet.\n"
