"""What Pydantic and Airflow say of input that they do not take, in words that say what to write instead."""

import re
from collections.abc import Callable, Mapping
from typing import Any

A_TIME = "2030-01-31T09:30+00:00"
A_DAY = "2030-01-31"
_LONGEST_SHOWN = 60
_OF_THE_REQUEST = frozenset({"body", "query", "path", "header"})
"""Where in a request a field was: of no use to whoever sent it."""


def problem(details: Mapping[str, Any]) -> str:
    """One finding of Pydantic: the field, what is wrong with it, and how to write it."""
    where = ".".join(str(part) for part in details.get("loc", ()) if part not in _OF_THE_REQUEST)
    what = about(details)
    return f"{where} {what}" if where else what


def about(details: Mapping[str, Any]) -> str:
    """The same without the field, to go after its name."""
    kind = str(details.get("type", ""))
    say = next((say for start, say in _SAYERS.items() if kind.startswith(start)), _say_as_it_is)
    return say(details)


def refused_by_form(said: str) -> str | None:
    """What Airflow says of a form's field, as for people; None where it speaks of something else."""
    found = re.match(r"Invalid input for param (?P<field>[^:]+): (?P<what>.*)", said)
    if found is None:
        return None
    what = next((plain for pattern, plain in _OF_FORMS if re.search(pattern, found["what"])), None)
    return f"{found['field']} {what or 'is not accepted: ' + found['what']}"


def shown(value: object) -> str:
    """As it was written, cut where it is long."""
    text = " ".join(str(value).split())
    return text if len(text) <= _LONGEST_SHOWN else f"{text[: _LONGEST_SHOWN - 1]}…"


def no_time(value: object) -> str:
    """Of something that should be an instant."""
    return f"{shown(value)!r} is no time with a zone: write it like {A_TIME}"


def no_day(value: object) -> str:
    """Of something that should be a day."""
    return f"{shown(value)!r} is no day: write it like {A_DAY}"


def _say_time(details: Mapping[str, Any]) -> str:
    return no_time(details.get("input"))


def _say_day(details: Mapping[str, Any]) -> str:
    return no_day(details.get("input"))


def _say_choice(details: Mapping[str, Any]) -> str:
    expected = str(details.get("ctx", {}).get("expected", "")).replace("'", "").replace(" or ", ", ")
    return f"{shown(details.get('input'))!r} is none of {expected}"


def _say_own_words(details: Mapping[str, Any]) -> str:
    said = details.get("ctx", {}).get("error")
    return str(said) if said else str(details.get("msg", "")).removeprefix("Value error, ")


def _say_limit(details: Mapping[str, Any]) -> str:
    relations = {"ge": "at least", "gt": "more than", "le": "at most", "lt": "less than"}
    given = details.get("ctx", {})
    limits = " and ".join(f"{words} {given[name]}" for name, words in relations.items() if name in given)
    return f"must be {limits}, not {shown(details.get('input'))}"


def _say_as_it_is(details: Mapping[str, Any]) -> str:
    said = str(details.get("msg", details)).removeprefix("Value error, ").removeprefix("Input ")
    return f"{said[:1].lower()}{said[1:]}"


_SAYERS: Mapping[str, Callable[[Mapping[str, Any]], str]] = {
    "missing": lambda _: "is missing",
    "extra_forbidden": lambda _: "is not a field that is known here",
    "json_invalid": lambda _: "the body is not JSON",
    "datetime": _say_time,
    "timezone": _say_time,
    "date_": _say_day,
    "enum": _say_choice,
    "literal_error": _say_choice,
    "int_": lambda details: f"{shown(details.get('input'))!r} is no whole number",
    "bool_": lambda details: f"{shown(details.get('input'))!r} is neither true nor false",
    "string_type": lambda _: "must be a text",
    "greater_than": _say_limit,
    "less_than": _say_limit,
    "value_error": _say_own_words,
}
"""By the beginning of Pydantic's name for the finding."""

_OF_FORMS = (
    (r"is not a 'date-time'", f"is no time with a zone: write it like {A_TIME}"),
    (r"is not a 'date'", f"is no day: write it like {A_DAY}"),
    (r"is too long", "is too long: say it shorter, and link to the rest"),
    (r"No value passed|None is not of type|should be non-empty|is too short", "is missing: it must say something"),
)
