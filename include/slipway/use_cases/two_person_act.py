"""What every act of two people is made of: what it is about, why it can't be done now, and what it does."""

from collections.abc import Callable
from dataclasses import dataclass

from slipway.domain.authority import Matter
from slipway.domain.json_value import JsonObject
from slipway.domain.release import Attempt
from slipway.domain.two_people import PendingAct
from slipway.ports.store import Transaction
from slipway.ports.values import Actor
from slipway.use_cases.settle import Found
from slipway.use_cases.world import World


@dataclass(frozen=True, kw_only=True)
class Subject:
    """What an act is about: in words, in the table's terms, and for the log."""

    words: str
    matter: Matter
    attempt: Attempt | None = None
    environment: str | None = None
    gains: str | None = None
    """Who is given a right by it, and so seconds nothing."""


@dataclass(frozen=True, kw_only=True)
class TwoPersonAct:
    """`about` raises NotFoundError; `why_not_now` is asked after the table, by both; `take_effect` after it.

    `why_never`: why an act that waits can take effect no more, whoever seconds it; it is ended then. `ask` comes before
    the transaction, so that nobody waits behind a slow target; `why_not_now` gets what it found.
    """

    about: Callable[[Transaction, JsonObject], Subject]
    why_not_now: Callable[[World, Transaction, JsonObject, Found | None], str | None]
    take_effect: Callable[[World, Transaction, PendingAct, Actor], str]
    ask: Callable[[World, JsonObject], Found | None] = lambda _world, _parameters: None
    why_never: Callable[[Transaction, JsonObject], str | None] = lambda _tx, _parameters: None


def shown(parameters: JsonObject) -> JsonObject:
    """What may be read of what was asked for: the hash of a token's secret is nobody's to read."""
    return {name: value for name, value in parameters.items() if name != "hash"}


def as_payload(pending: PendingAct) -> JsonObject:
    """For the log."""
    return {
        "pending": pending.id,
        "action": pending.action.value,
        "parameters": shown(pending.parameters),
        "reason": pending.reason,
        "first": pending.first,
        "expires_at": pending.expires_at.isoformat(),
    }
