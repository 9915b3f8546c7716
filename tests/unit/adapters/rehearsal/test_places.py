"""Folders with copies of data go, whatever became of their owners."""

from pathlib import Path

from slipway.adapters.migrations.rehearsal.places import PREFIX, swept_folder


def test_what_a_killed_owner_left_goes_and_what_is_in_use_stays(tmp_path: Path) -> None:
    left = tmp_path / f"{PREFIX}dead"
    left.mkdir()
    (left / "lock").touch()
    (left / "rows").write_text("Mary Ann")
    with swept_folder(tmp_path, PREFIX) as one, swept_folder(tmp_path, PREFIX) as two:
        assert sorted(tmp_path.iterdir()) == sorted([one, two])
        assert one.stat().st_mode & 0o077 == 0
    assert list(tmp_path.iterdir()) == []


def test_what_somebody_else_has_put_there_is_not_followed(tmp_path: Path) -> None:
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    (elsewhere / "lock").touch()
    (elsewhere / "precious").write_text("keep me")
    above = tmp_path / "above"
    above.mkdir()
    (above / f"{PREFIX}link").symlink_to(elsewhere)
    with swept_folder(above, PREFIX):
        assert (elsewhere / "precious").read_text() == "keep me"
