"""JSON as Slipway writes and hashes it."""

import hashlib
import json
from collections.abc import Mapping
from typing import Any

JsonValue = Any
"""Whatever `json` can write; `canonical` raises on anything else."""

JsonObject = Mapping[str, JsonValue]


def canonical(value: JsonValue) -> str:
    """The one text of a JSON value: keys sorted, no blanks, UTF-8, no NaN."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False)


def sha256_of(value: JsonValue) -> str:
    """Hex SHA-256 of the canonical text."""
    return hashlib.sha256(canonical(value).encode()).hexdigest()
