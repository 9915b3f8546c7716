"""JSON Schema of the three kinds of file, and what it allows at a place: for editors and for messages."""

import json
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any

from pydantic import BaseModel

from slipway.catalogue.document import Location
from slipway.catalogue.people_file import PeopleModel
from slipway.catalogue.platform_file import PlatformModel
from slipway.catalogue.service_file import ServiceFileModel

MOST_SECTIONS = 3
"""A name that more of them know says nothing about where it belongs."""
MODELS: Mapping[str, type[BaseModel]] = {
    "platform": PlatformModel,
    "people": PeopleModel,
    "service": ServiceFileModel,
}


@cache
def schema_of(model: type[BaseModel]) -> Mapping[str, Any]:
    """The JSON Schema (2020-12) of one model."""
    schema = model.model_json_schema()
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **schema}


def schema_text(name: str) -> str:
    """The published text for `platform`, `people` or `service`."""
    return json.dumps(schema_of(MODELS[name]), indent=2) + "\n"


def write_schemas(folder: Path) -> list[Path]:
    """Writes `<name>.json` for all three and returns their paths."""
    folder.mkdir(parents=True, exist_ok=True)
    paths = [folder / f"{name}.json" for name in MODELS]
    for name, path in zip(MODELS, paths, strict=True):
        path.write_text(schema_text(name), encoding="utf-8")
    return paths


def allowed_fields(model: type[BaseModel], location: Location) -> tuple[str, ...]:
    """The fields or keys that may stand at a location; empty where anything may."""
    found: list[str] = []
    for node in _nodes(model, location):
        found += node.get("properties", {})
        for names in _expand(schema_of(model), node.get("propertyNames", {})):
            found += names.get("enum", [])
    return tuple(dict.fromkeys(found))


def sections_with(model: type[BaseModel], location: Location, name: str) -> tuple[Location, ...]:
    """The sections right below a location that know this name; where none does, those a step further down."""
    below = [(*location, field) for field in allowed_fields(model, location)]
    further = [(*section, field) for section in below for field in allowed_fields(model, section)]
    for sections in (below, further):
        found = tuple(section for section in sections if name in allowed_fields(model, section))
        if found:
            return found if len(found) <= MOST_SECTIONS else ()
    return ()


def allowed_values(model: type[BaseModel], location: Location) -> tuple[str, ...]:
    """The texts that may stand at a location; empty where it is no choice."""
    found = [value for node in _nodes(model, location) for value in (*node.get("enum", []), *_one_value(node))]
    return tuple(dict.fromkeys(found))


def _one_value(node: Mapping[str, Any]) -> tuple[Any, ...]:
    return (node["const"],) if "const" in node else ()


def examples(model: type[BaseModel], location: Location) -> tuple[str, ...]:
    """Examples of what may stand at a location."""
    found = [str(example) for node in _nodes(model, location) for example in node.get("examples", [])]
    return tuple(dict.fromkeys(found))


def _nodes(model: type[BaseModel], location: Location) -> list[Mapping[str, Any]]:
    root = schema_of(model)
    nodes = list(_expand(root, root))
    for step in location:
        below = [child for node in nodes for child in _below(node, step)]
        # Pydantic names the chosen model of a union in its location; the schema has no such level.
        nodes = [expanded for child in below for expanded in _expand(root, child)] or nodes
    return nodes


def _below(node: Mapping[str, Any], step: str | int) -> Iterator[Mapping[str, Any]]:
    if isinstance(step, int):
        yield from [node["items"]] if "items" in node else []
    elif step in node.get("properties", {}):
        yield node["properties"][step]
    elif isinstance(node.get("additionalProperties"), dict):
        yield node["additionalProperties"]
    yield from node.get("patternProperties", {}).values() if isinstance(step, str) else ()


def _expand(root: Mapping[str, Any], node: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    """The node itself with references and alternatives followed."""
    reference = node.get("$ref")
    if reference:
        yield from _expand(root, root["$defs"][reference.rsplit("/", 1)[-1]])
        return
    choices = [*node.get("anyOf", []), *node.get("oneOf", []), *node.get("allOf", [])]
    yield node
    for choice in choices:
        yield from _expand(root, choice)
