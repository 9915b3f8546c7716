"""Folders with copies of data go, whatever became of their owners."""

from pathlib import Path

from slipway.adapters.migrations.rehearsal.scratch_folder import PREFIX, scratch_folder


def test_what_a_killed_owner_left_goes_and_what_is_in_use_stays(tmp_path: Path) -> None:
    left = tmp_path / f"{PREFIX}dead"
    left.mkdir()
    (left / "rows").write_text("Mary Ann")
    with scratch_folder(tmp_path, "one") as one, scratch_folder(tmp_path, "two") as two:
        assert sorted(tmp_path.iterdir()) == [one, two]
        assert one.stat().st_mode & 0o077 == 0
    assert list(tmp_path.iterdir()) == []


def test_what_somebody_else_has_put_there_is_not_followed(tmp_path: Path) -> None:
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    (elsewhere / "precious").write_text("keep me")
    above = tmp_path / "above"
    above.mkdir()
    (above / f"{PREFIX}link").symlink_to(elsewhere)
    trap = above / f"{PREFIX}trap"
    trap.mkdir()
    (trap / "lock").symlink_to(elsewhere / "precious")
    with scratch_folder(above, "one"):
        assert (elsewhere / "precious").read_text() == "keep me"
    assert trap.exists()
