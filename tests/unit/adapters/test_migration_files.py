"""What is said where migration files do not say what they are: all of them at once, with what is allowed."""

from pathlib import Path

import pytest

from slipway.adapters.migrations.artefact_runner import ArtefactRunner
from slipway.domain.errors import ServiceMigrationError

KINDS = "reversible, lossy, conditional, irreversible"
GOOD = '{"kind": "lossy", "reason": "so"}'


def alembic(folder: Path, revision: str, said: str, follows: str | None = None) -> None:
    place = folder / "migrations" / "versions"
    place.mkdir(parents=True, exist_ok=True)
    text = f"revision, down_revision = {revision!r}, {follows!r}\nreversibility = {said}\n"
    (place / f"{revision}_step.py").write_text(text)


def plain(folder: Path, revision: str, header: str) -> None:
    place = folder / "migrations" / "sql"
    place.mkdir(parents=True, exist_ok=True)
    (place / f"{revision}_step.up.sql").write_text(f"{header}\nSELECT 1;\n")


def refusal(folder: Path) -> str:
    with pytest.raises(ServiceMigrationError) as caught:
        ArtefactRunner().files(folder)
    return str(caught.value)


def test_a_kind_that_is_none_is_told_with_those_there_are_and_the_nearest(tmp_path: Path) -> None:
    alembic(tmp_path, "0001", '{"kind": "losy"}')
    said = refusal(tmp_path)
    assert f"0001_step.py: the kind of reversibility 'losy' is none of: {KINDS} (did you mean lossy?)" in said
    assert "0001_step.py: reversibility needs a reason" in said


@pytest.mark.parametrize(
    ("said", "words"),
    [
        ('"lossy"', f'must be {{"kind": …, "reason": …}}, both written out; kinds: {KINDS}'),
        ('{"kind": [], "reason": "so"}', f"is none of: {KINDS}"),
        ('{"kind": "banana", "reason": "so"}', f"'banana' is none of: {KINDS}."),
        ('{"reason": "so"}', f"has no kind of: {KINDS}"),
        ('{"kind": "lossy", "reason": " "}', "needs a reason"),
        ('{"kind": "lossy", "reason": "so", "until": 1}', "and nothing else: until"),
        ("dict(kind='lossy')", "must be written out"),
    ],
)
def test_every_other_flaw_of_a_declaration_is_told(tmp_path: Path, said: str, words: str) -> None:
    alembic(tmp_path, "0001", said)
    assert words in refusal(tmp_path)


def test_all_malformed_files_are_named_at_once_and_what_follows_nothing(tmp_path: Path) -> None:
    alembic(tmp_path, "0001", '{"kind": "losy", "reason": "so"}')
    alembic(tmp_path, "0002", '{"kind": "lossy"}', "0001")
    alembic(tmp_path, "0003", GOOD, "0009")
    said = refusal(tmp_path)
    for words in ("0001_step.py", "0002_step.py", "0003_step.py follows 0009, which the artefact does not carry"):
        assert words in said


def test_what_a_file_follows_that_cannot_be_read_is_not_said_to_be_missing(tmp_path: Path) -> None:
    alembic(tmp_path, "0001", "{{")
    alembic(tmp_path, "0002", GOOD, "0001")
    said = refusal(tmp_path)
    assert "0001_step.py is not valid Python" in said
    assert "0002" not in said


def test_all_malformed_headers_are_named_at_once(tmp_path: Path) -> None:
    plain(tmp_path, "0001", "-- reversibility: reversable\n-- reason: so")
    plain(tmp_path, "0002", "-- reversibility: lossy")
    said = refusal(tmp_path)
    assert "0001_step.up.sql: the kind of reversibility 'reversable'" in said
    assert "did you mean reversible?" in said
    assert "0002_step.up.sql: reversibility needs a reason" in said
