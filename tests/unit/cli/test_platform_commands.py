"""What is told of the platform's own accounts."""

from pathlib import Path

import pytest
from typer.testing import CliRunner

from slipway.cli.main import app


def password(person: str, home: Path) -> tuple[int, str, str]:
    result = CliRunner().invoke(app, ["platform", "password", person], env={"SLIPWAY_HOME": str(home)})
    return result.exit_code, result.stdout.strip(), result.stderr


@pytest.mark.parametrize("person", ["rita", "pipeline"])
def test_the_password_of_a_demo_person_is_always_the_same(tmp_path: Path, person: str) -> None:
    first, second = password(person, tmp_path), password(person, tmp_path)
    assert first == second
    assert (first[0], len(first[1]) > 10) == (0, True)


def test_nobody_has_a_password_who_is_not_there(tmp_path: Path) -> None:
    assert password("ritta", tmp_path) == (1, "", "nobody is called ritta: did you mean rita?\n")
    assert "there are rita, rob, " in password("x", tmp_path)[2]
