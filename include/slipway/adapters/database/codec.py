"""Domain values as JSON columns and back."""

from functools import cache
from typing import Any

from pydantic import TypeAdapter

from slipway.domain.change import OutsideChange
from slipway.domain.governed import Governed
from slipway.domain.migration_proof import Rehearsed
from slipway.domain.people import People
from slipway.domain.platform import Platform
from slipway.domain.rollback import Rollback
from slipway.domain.service import StageDefinition


@cache
def _adapter(kind: Any) -> TypeAdapter[Any]:
    return TypeAdapter(kind)


def prepare() -> None:
    """Makes the readers of all kinds now: a process that is forked from this one then finds them made."""
    for kind in (StageDefinition, Platform, People, Governed, OutsideChange, Rehearsed, Rollback):
        _adapter(kind)


def dump(value: StageDefinition | Platform | People | Governed | OutsideChange | Rehearsed | Rollback) -> Any:
    """Plain JSON of a domain value."""
    kind: Any = type(value)
    return _adapter(kind).dump_python(value, mode="json")


def stage_definition(value: Any) -> StageDefinition:
    """The stage definition that `dump` made the JSON of."""
    definition: StageDefinition = _adapter(StageDefinition).validate_python(value)
    return definition


def platform(value: Any) -> Platform:
    """The platform's rules that `dump` made the JSON of."""
    rules: Platform = _adapter(Platform).validate_python(value)
    return rules


def people(value: Any) -> People:
    """The people that `dump` made the JSON of."""
    everybody: People = _adapter(People).validate_python(value)
    return everybody


def governed(value: Any) -> Governed:
    """The policy that `dump` made the JSON of."""
    policy: Governed = _adapter(Governed).validate_python(value)
    return policy


def change(value: Any) -> OutsideChange:
    """The change that `dump` made the JSON of."""
    described: OutsideChange = _adapter(OutsideChange).validate_python(value)
    return described


def rehearsed(value: Any) -> Rehearsed:
    """The rehearsal that `dump` made the JSON of."""
    seen: Rehearsed = _adapter(Rehearsed).validate_python(value)
    return seen


def rollback(value: Any) -> Rollback:
    """The rollback that `dump` made the JSON of."""
    asked: Rollback = _adapter(Rollback).validate_python(value)
    return asked
