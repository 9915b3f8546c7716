"""The release log as files: each line carries all that was hashed, the payload as its exact text."""

import csv
import json
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import fields
from pathlib import Path
from typing import TextIO

from slipway.domain.errors import NotFoundError, SlipwayError
from slipway.domain.log_entry import LogEntry

COLUMNS = tuple(field.name for field in fields(LogEntry))
_NEVER_ABSENT = frozenset({"at", "kind", "actor", "via", "payload", "prev_hash", "hash"})


class LogFileError(SlipwayError):
    """A file that is no export of the log."""


@contextmanager
def opened_to_write(path: Path) -> Iterator[TextIO]:
    """The file, emptied. Raises LogFileError where it cannot be written."""
    try:
        with path.open("w", encoding="utf-8", newline="") as file:
            yield file
    except OSError as error:
        raise LogFileError(f"cannot write {path}: {error.strerror}") from error


def write_jsonl(entries: Iterable[LogEntry], file: TextIO) -> int:
    """One JSON object a line; returns how many."""
    count = 0
    for entry in entries:
        file.write(json.dumps(vars(entry), ensure_ascii=False) + "\n")
        count += 1
    return count


def write_csv(entries: Iterable[LogEntry], file: TextIO) -> int:
    """Comma-separated, with a line of column names; returns how many entries."""
    writer = csv.writer(file)
    writer.writerow(COLUMNS)
    count = 0
    for entry in entries:
        writer.writerow([getattr(entry, column) for column in COLUMNS])
        count += 1
    return count


def read_jsonl(path: Path) -> Iterator[LogEntry]:
    """The entries of an export, as they come. Raises NotFoundError, or LogFileError naming the line."""
    try:
        file = path.open(encoding="utf-8")
    except FileNotFoundError as error:
        raise NotFoundError(f"there is no file {path}") from error
    except OSError as error:
        raise LogFileError(f"cannot read {path}: {error.strerror}") from error
    number = 0
    with file:
        try:
            for number, line in enumerate(file, start=1):
                yield _entry(line, f"{path}:{number}")
        except UnicodeDecodeError as error:
            raise LogFileError(f"{path} is not text in UTF-8: {error}") from error
    if number == 0:
        raise LogFileError(f"{path}: the file has no entries: that is no export")


def _entry(line: str, where: str) -> LogEntry:
    try:
        value = json.loads(line)
    except ValueError as error:
        raise LogFileError(f"{where}: this is not JSON: {error}") from error
    if not isinstance(value, dict) or set(value) != set(COLUMNS):
        raise LogFileError(f"{where}: an entry has exactly the fields {', '.join(COLUMNS)}")
    if type(value["seq"]) is not int:
        raise LogFileError(f"{where}: seq is not a whole number")
    for name in COLUMNS[1:]:
        if not (isinstance(value[name], str) or (value[name] is None and name not in _NEVER_ABSENT)):
            raise LogFileError(f"{where}: {name} is not a text")
    return LogEntry(**value)
