"""Writes what the installed Great Expectations knows, for `catalogue/known_expectations.json`. Run as a script:

python include/slipway/adapters/migrations/expectations/known.py > include/slipway/catalogue/known_expectations.json
"""

import json
import sys

from great_expectations.expectations import core
from great_expectations.expectations.expectation import Expectation

_OF_ALL = frozenset(Expectation.__fields__) | {"batch_id", "library_metadata"}
"""What an expectation has beside its own arguments."""


def known() -> dict[str, dict[str, list[str]]]:
    """By type: the arguments that it needs, and those that it may have."""
    found = {}
    for one in vars(core).values():
        kind = getattr(one, "expectation_type", "")
        if not isinstance(kind, str) or not kind:  # classes that others derive from have none
            continue
        own = {field.alias: field.required for key, field in one.__fields__.items() if key not in _OF_ALL}
        found[kind] = {
            "needs": sorted(field for field, required in own.items() if required),
            "may": sorted(field for field, required in own.items() if not required),
        }
    return found


if __name__ == "__main__":
    sys.stdout.write(json.dumps(known(), indent=1, sort_keys=True) + "\n")
