"""State and secrets belong to one account and are made once."""

import stat
from pathlib import Path

import pytest

from slipway.platform.home import Home, load_secrets


@pytest.fixture
def home(tmp_path: Path) -> Home:
    home = Home(tmp_path / "a home")
    home.create()
    return home


def test_secrets_are_made_once_and_stay(home: Home) -> None:
    assert load_secrets(home) == load_secrets(home)


def test_another_home_has_other_secrets(home: Home, tmp_path: Path) -> None:
    other = Home(tmp_path / "other")
    other.create()
    assert load_secrets(other).jwt_secret != load_secrets(home).jwt_secret


def test_secrets_are_readable_by_their_owner_only(home: Home) -> None:
    load_secrets(home)
    assert stat.S_IMODE((home.root / "secrets.json").stat().st_mode) == 0o600


def test_nobody_else_can_look_into_the_home(home: Home) -> None:
    assert stat.S_IMODE(home.root.stat().st_mode) & 0o066 == 0
    assert stat.S_IMODE(home.logs.stat().st_mode) == 0o700


def test_each_person_has_a_password_of_their_own_that_stays(home: Home) -> None:
    secrets = load_secrets(home)
    assert secrets.password_of("sam") == secrets.password_of("sam") != secrets.password_of("sue")
