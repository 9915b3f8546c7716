"""A value that a JSON Schema of an OpenAPI description would accept: as little as it asks for."""

from collections.abc import Mapping
from typing import Any

_EXAMPLES = {"string": "x", "integer": 1, "number": 1, "boolean": True, "null": None}
_FORMATS = {"date-time": "2100-01-01T00:00:00Z", "date": "2100-01-01", "uuid": "00000000-0000-0000-0000-000000000001"}
_NAMES = {"service": "orders", "hash": "0" * 64}
"""What is there in every test, and what only one pattern allows."""
_WANTED = {"reason"}
"""Filled in though they may be left out: without one a change is refused for another cause than the one tried."""
Schema = Mapping[str, Any]


def body_for(described: Schema, path: str, method: str) -> Any:
    """A body for an operation, or None where none is read."""
    operation = described["paths"].get(path, {}).get(method.lower(), {})
    content = operation.get("requestBody", {}).get("content", {})
    schema = content.get("application/json", {}).get("schema")
    return None if schema is None else example(schema, described["components"]["schemas"])


def example(schema: Schema, known: Schema) -> Any:
    """One value; of several kinds the first."""
    if "$ref" in schema:
        return example(known[schema["$ref"].rpartition("/")[2]], known)
    for kind in ("anyOf", "oneOf", "allOf"):
        if kind in schema:
            return example(schema[kind][0], known)
    if "const" in schema or "enum" in schema:
        return schema.get("const", schema.get("enum", [None])[0])
    if schema.get("type") == "array":
        return [example(schema.get("items", {}), known)]
    if "properties" in schema:
        needed = {*schema.get("required", ()), *(_WANTED & schema["properties"].keys())}
        return {name: _NAMES.get(name) or example(schema["properties"][name], known) for name in sorted(needed)}
    if schema.get("type") == "object":
        return {}
    return _FORMATS.get(schema.get("format", "")) or _EXAMPLES[schema.get("type", "string")]
