"""Writes what the installed Great Expectations knows, for `catalogue/known_expectations.json`. Run as a script:

python include/slipway/adapters/migrations/expectations/known.py > include/slipway/catalogue/known_expectations.json
"""

import json
import sys
from collections.abc import Mapping
from typing import Any

from great_expectations.expectations import core
from great_expectations.expectations.expectation import Expectation

_OF_ALL = frozenset(Expectation.__fields__) | {"batch_id", "library_metadata"}
"""What an expectation has beside its own arguments."""


_PLAIN = frozenset({"number", "integer", "boolean", "string", "array", "object"})
_DATES = frozenset({"date", "date-time"})


def known() -> dict[str, dict[str, Any]]:
    """By type: the arguments that it needs, and may have, and what they take as far as that is plain."""
    found: dict[str, dict[str, Any]] = {}
    for one in vars(core).values():
        kind = getattr(one, "expectation_type", "")
        if not isinstance(kind, str) or not kind:  # classes that others derive from have none
            continue
        own = {field.alias: field.required for key, field in one.__fields__.items() if key not in _OF_ALL}
        described = one.schema()["properties"]
        found[kind] = {
            "needs": sorted(field for field, required in own.items() if required),
            "may": sorted(field for field, required in own.items() if not required),
            "takes": {field: kinds for field in sorted(own) if (kinds := _kinds(described.get(field, {})))},
        }
    return found


def _kinds(described: Mapping[str, Any]) -> list[str]:
    """JSON's kinds that an argument takes, with `date` for texts that are dates; empty where it takes others too."""
    kinds = set()
    for one in described.get("anyOf", [described]):
        kind = "date" if one.get("format") in _DATES else one.get("type")
        if kind not in _PLAIN | {"date"} or "enum" in one:
            return []
        kinds.add(kind)
    return sorted(kinds)


if __name__ == "__main__":
    sys.stdout.write(json.dumps(known(), indent=1, sort_keys=True) + "\n")
