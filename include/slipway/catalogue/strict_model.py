"""What all models of catalogue files share."""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from slipway.catalogue.files import NAME_PATTERN

Name = Annotated[
    str,
    StringConstraints(pattern=NAME_PATTERN, max_length=60),
    Field(examples=["tea-shop"]),
]
"""Ids of services, teams, people and environments: they end up in URLs, DAG ids and file names."""
Text = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=2000)]
ConnectionId = Annotated[
    str,
    StringConstraints(pattern=r"^[A-Za-z][A-Za-z0-9_]*$", max_length=200),
    Field(examples=["orders_prod_db"]),
]


class StrictModel(BaseModel):
    """No unknown fields, no silent conversions, no changes afterwards."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True, allow_inf_nan=False)
