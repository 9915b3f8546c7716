"""Entries of the log in one line: pairs are whole or left out, and it is said that some are."""

import json
from typing import Any

import pytest

from slipway.cli.in_short import in_short


@pytest.mark.parametrize(
    ("payload", "told"),
    [
        ({}, ""),
        ({"fencing": 7, "lane": "live", "overtakes": None, "note": ""}, "fencing=7 lane=live"),
        ({"message": "you may not", "ok": False}, 'message="you may not" ok=false'),
        ({"blockers": ["hold", "window"], "n": 1}, 'blockers=["hold","window"] n=1'),
        ({"a": "x" * 60, "b": 1}, "b=1 …"),
        ({"a": "x" * 60}, "…"),
        ({"said": '"quoted"'}, 'said="\\"quoted\\""'),
        ({"said": "line\nbreak"}, 'said="line\\nbreak"'),
    ],
)
def test_pairs_are_whole_or_left_out(payload: dict[str, Any], told: str) -> None:
    assert in_short(json.dumps(payload), 40) == told


@pytest.mark.parametrize("length", range(20, 45))
def test_it_is_never_longer_than_it_may_be(length: int) -> None:
    payload = json.dumps({"first": "x" * (length - 10), "second": "y" * 7})
    assert len(in_short(payload, length)) <= length
