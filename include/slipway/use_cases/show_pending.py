"""What waits for a second person, each with what it would do in words."""

from collections.abc import Iterable, Mapping
from typing import Any

from slipway.domain.errors import SlipwayError
from slipway.domain.platform import Action
from slipway.ports.store import Transaction
from slipway.use_cases.two_person_acts import ACTS


def in_words(tx: Transaction, acts: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Acts as the release database lists them, with `what`."""
    return [{**act, "what": _what(tx, act)} for act in acts]


def _what(tx: Transaction, act: Mapping[str, Any]) -> str:
    try:
        return ACTS[Action(act["action"])].about(tx, act["parameters"]).words
    except SlipwayError as error:  # what it was about may be gone, and the others are listed all the same
        return str(error)
