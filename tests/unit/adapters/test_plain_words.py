"""What Pydantic and Airflow's forms refuse is said in words; nothing of their own wording is left."""

from datetime import date
from typing import Any, Literal

import pytest
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, ValidationError, field_validator

from slipway.adapters.plain_words import problem, refused_by_form


class Asked(BaseModel):
    """One field of each sort that is asked for."""

    model_config = ConfigDict(extra="forbid")

    name: str = "x"
    at: AwareDatetime | None = None
    on: date | None = None
    number: int = Field(default=1, ge=1, le=9)
    sort: Literal["data", "content", "other"] = "data"
    sure: bool = True
    even: int = 2

    @field_validator("even")
    @classmethod
    def is_even(cls, value: int) -> int:
        if value % 2:
            raise ValueError(f"{value} is odd: take an even one")
        return value


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"name": 7}, "name must be a text"),
        ({"at": "soon"}, "at 'soon' is no time with a zone: write it like 2030-01-31T09:30+00:00"),
        ({"at": "2030-01-31T09:30"}, "at '2030-01-31T09:30' is no time with a zone"),
        ({"on": "31/01/2030"}, "on '31/01/2030' is no day: write it like 2030-01-31"),
        ({"number": "two"}, "number 'two' is no whole number"),
        ({"number": 10}, "number must be at most 9, not 10"),
        ({"number": 0}, "number must be at least 1, not 0"),
        ({"sort": "static"}, "sort 'static' is none of data, content, other"),
        ({"sure": "perhaps"}, "sure 'perhaps' is neither true nor false"),
        ({"even": 3}, "even 3 is odd: take an even one"),
        ({"wings": 2}, "wings is not a field that is known here"),
    ],
)
def test_each_finding_says_what_to_write(given: dict[str, Any], said: str) -> None:
    with pytest.raises(ValidationError) as caught:
        Asked.model_validate(given)
    (found,) = caught.value.errors()

    assert problem({**found, "loc": ("body", *found["loc"])}).startswith(said)


def test_what_is_long_is_cut() -> None:
    assert len(problem({"type": "int_parsing", "loc": ("body", "n"), "input": "x" * 5000})) < 100


def test_a_finding_of_a_sort_that_nobody_foresaw_is_still_told() -> None:
    assert problem({"type": "new", "loc": ("query", "n"), "msg": "Input should be Friday"}) == "n should be Friday"


def test_what_is_not_about_a_form_is_left_alone() -> None:
    assert refused_by_form("DAG with dag_id: 'x' is not paused") is None
