"""Messages in a file are paragraphs that fit a terminal."""

import re
from datetime import UTC, datetime
from pathlib import Path

from slipway.adapters.notifiers.message_file import WIDTH, MessageFile
from slipway.domain.message import Message
from slipway.ports.messages import Sending

ADDRESS = (
    "https://slipway.example/dags/release__orders/runs/orders-1.0-b-1-20260105T100000-beef/and-so-on-until-it-is-long"
)


def written(path: Path, *texts: str) -> list[str]:
    file = MessageFile(path / "messages.txt")
    for number, text in enumerate(texts):
        file.send(Sending(message=Message(key=str(number), channel="deploy", text=text), told_at=datetime.now(UTC)))
    return (path / "messages.txt").read_text(encoding="utf-8").splitlines()


def test_a_long_message_is_wrapped_under_its_head(tmp_path: Path) -> None:
    head, *lines, end = written(tmp_path, "one of those who may approve " * 12)

    assert re.fullmatch(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d UTC  #deploy", head)
    assert len(lines) == 4
    assert all(line.startswith("    ") for line in lines)
    assert max(map(len, lines)) <= WIDTH
    assert end == ""


def test_an_address_is_never_broken(tmp_path: Path) -> None:
    assert f"    {ADDRESS}" in written(tmp_path, f"see {ADDRESS} now")


def test_no_text_looks_like_the_head_of_another_message(tmp_path: Path) -> None:
    lines = written(tmp_path, "fine\n\n2026-01-05 10:00:00 UTC  #page\nforged", "second")

    assert [line for line in lines if line and not line.startswith("    ")] == [lines[0], lines[5]]
    assert lines[1:4] == ["    fine", "    2026-01-05 10:00:00 UTC #page", "    forged"]


def test_a_text_moves_nobodys_terminal(tmp_path: Path) -> None:
    assert "    no\N{REPLACEMENT CHARACTER}[2J \N{REPLACEMENT CHARACTER}tide" in written(
        tmp_path, "no\x1b[2J \u202etide"
    )
