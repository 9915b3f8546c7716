"""A document checked against its model; Pydantic's findings in words that say what to write instead."""

import json
from collections.abc import Callable, Mapping
from typing import TypeVar

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from slipway.catalogue.document import Document, Location
from slipway.catalogue.json_schema import allowed_fields, allowed_values, examples, sections_with
from slipway.catalogue.problems import Problem, nearest

LONGEST_SHOWN = 60
AnyModel = TypeVar("AnyModel", bound=BaseModel)
_MISSING: Mapping[Location, str] = {
    ("stages", "dev"): "`stages.dev` is missing; a service without Dev says so: "
    "`dev: {not_applicable: {because: …, agreed_by: …}}`",
    ("stages", "dev", "AbsentStageModel", "not_applicable", "agreed_by"): "`agreed_by` is missing; "
    "a stage is left out only where a manager agreed",
}
_KINDS = {
    "string_type": "a text",
    "int_type": "a whole number",
    "float_type": "a number",
    "bool_type": "true or false",
    "list_type": "a list",
    "dict_type": "fields, `name: value` on each line",
    "model_type": "fields, `name: value` on each line",
}


def validated(document: Document, model: type[AnyModel]) -> AnyModel | None:
    """The model, or None with all findings added to the document's problems."""
    if not isinstance(document.data, dict):
        return None
    try:
        return model.model_validate_json(json.dumps(document.data))
    except ValidationError as error:
        for details in error.errors(include_url=False):
            where = _in_document(document, details["loc"])
            if where not in document.unread:
                document.problems.append(_problem(document, model, details, where))
        return None


def _problem(document: Document, model: type[BaseModel], details: ErrorDetails, where: Location) -> Problem:
    location = details["loc"]
    say = _SAYERS.get(details["type"], _say_anything)
    if location[-1:] == ("[key]",) and say is not _say_own_words:
        say = _say_key
    what, allowed, word = say(model, location, details)
    close = nearest(word, allowed) if word is not None else None
    return document.problem(where, what, allowed=allowed, did_you_mean=close, hides=True)


_Said = tuple[str, tuple[str, ...], str | None]


def _say_unknown(model: type[BaseModel], location: Location, _: ErrorDetails) -> _Said:
    *above, name = location
    sections = [f"`{_path(section)}`" for section in sections_with(model, tuple(above), str(name))]
    belongs = f"; it belongs under {' or '.join(sections)}" if sections else ""
    return f"unknown field `{_path(location)}`{belongs}", allowed_fields(model, tuple(above)), str(name)


def _say_key(model: type[BaseModel], location: Location, details: ErrorDetails) -> _Said:
    allowed = allowed_fields(model, location[:-2])
    if allowed:
        return f"unknown name `{_path(location)}`", allowed, str(details["input"])
    return f"`{_path(location)}`: a name has small letters, digits, - and _, at most 60", (), None


def _say_missing(_: type[BaseModel], location: Location, __: ErrorDetails) -> _Said:
    return _MISSING.get(location, f"`{_path(location)}` is missing"), (), None


def _say_choice(model: type[BaseModel], location: Location, details: ErrorDetails) -> _Said:
    given = details["input"]
    what = f"`{_path(location)}` cannot be {_shown(given)}"
    at = location if location[-1] != "source" else (*location[:-2], "source")  # of all kinds, not of the nearest alone
    return what, allowed_values(model, at), given if isinstance(given, str) else None


def _say_source(model: type[BaseModel], location: Location, details: ErrorDetails) -> _Said:
    """Which fields there are depends on `source`, and that says nothing known."""
    given = str(details["ctx"]["tag"])
    what = (
        f"`{_path(location)}.source` cannot be {_shown(given)}" if given else f"`{_path(location)}.source` is missing"
    )
    return what, allowed_values(model, (*location, "source")), given


def _say_pattern(model: type[BaseModel], location: Location, details: ErrorDetails) -> _Said:
    like = " or ".join(examples(model, location)) or f"something that matches {details['ctx']['pattern']}"
    return f"`{_path(location)}` cannot be {_shown(details['input'])}; write it like {like}", (), None


def _say_own_words(_: type[BaseModel], location: Location, details: ErrorDetails) -> _Said:
    return f"`{_path(location)}`: {details['ctx']['error']}", (), None


def _say_anything(_: type[BaseModel], location: Location, details: ErrorDetails) -> _Said:
    kind = _KINDS.get(details["type"])
    if kind:
        return f"`{_path(location)}` must be {kind}, not {_shown(details['input'])}", (), None
    message = details["msg"].removeprefix("Input ")
    return f"`{_path(location)}` {message[:1].lower()}{message[1:]}, not {_shown(details['input'])}", (), None


_SAYERS: Mapping[str, Callable[[type[BaseModel], Location, ErrorDetails], _Said]] = {
    "extra_forbidden": _say_unknown,
    "missing": _say_missing,
    "enum": _say_choice,
    "literal_error": _say_choice,
    "string_pattern_mismatch": _say_pattern,
    "value_error": _say_own_words,
    "union_tag_invalid": _say_source,
}


def _in_document(document: Document, location: Location) -> Location:
    """The part of Pydantic's location that the file has: it adds names of chosen models and `[key]`."""
    found: Location = ()
    for step in location:
        if (*found, step) in document.lines:
            found = (*found, step)
    return found


def _path(location: Location) -> str:
    steps = [step for step in location if not (isinstance(step, str) and (step.endswith("Model") or step == "[key]"))]
    text = "".join(f"[{step + 1}]" if isinstance(step, int) else f".{step}" for step in steps)
    return text.removeprefix(".")


def _shown(value: object) -> str:
    text = json.dumps(value, ensure_ascii=False, default=str)
    return text if len(text) <= LONGEST_SHOWN else text[: LONGEST_SHOWN - 1] + "…"
