"""Cron expressions of five fields: checked here, so that a bad one never reaches Airflow."""

import re

_FIELDS = (
    ("minute", 0, 59),
    ("hour", 0, 23),
    ("day of month", 1, 31),
    ("month", 1, 12),
    ("day of week", 0, 7),
)
_PART = re.compile(r"(\*|([0-9]{1,2})(-([0-9]{1,2}))?)(/([1-9][0-9]?))?")


def checked_cron(expression: str) -> str:
    """The expression itself. Raises ValueError naming the field that is wrong."""
    fields = expression.split()
    if len(fields) != len(_FIELDS):
        raise ValueError("a schedule has five fields: minute hour day-of-month month day-of-week, such as 30 2 * * *")
    for text, (name, low, high) in zip(fields, _FIELDS, strict=True):
        if not all(_in_range(part, low, high) for part in text.split(",")):
            raise ValueError(f"`{text}` is no {name}; write numbers from {low} to {high}, ranges, steps or *")
    return " ".join(fields)


def _in_range(part: str, low: int, high: int) -> bool:
    match = _PART.fullmatch(part)
    if match is None:
        return False
    first, last = match[2], match[4]
    if first is None:
        return True
    start, end = int(first), int(last or first)
    return low <= start <= end <= high
