"""What the console needs from outside, so that tests can give it something else than Airflow."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Annotated

from fastapi import Depends, HTTPException, Request, status

from slipway.adapters.database.transaction import DatabaseStore
from slipway.domain.audit import AirflowFacts, RunName
from slipway.domain.errors import SlipwayError
from slipway.domain.grant import Answer
from slipway.use_cases.cross_check import ReadAirflow
from slipway.use_cases.world import World


@dataclass(frozen=True, kw_only=True)
class Where:
    """The task instance that asked."""

    dag_id: str
    run_id: str
    task_id: str
    map_index: int = -1


MakeToken = Callable[[str, int], str]
"""A token of a person for so many seconds."""
ReadAnswer = Callable[[Where], Answer | None]
"""The answer that Airflow keeps for a task instance; None while nobody has answered."""


def no_token(_person: str, _seconds: int) -> str:
    """For applications without an Airflow around them."""
    raise SlipwayError("this application runs outside Airflow, so it has no tokens to give")


def no_airflow(_since: datetime, _runs: Sequence[RunName]) -> AirflowFacts:
    """For applications without an Airflow around them."""
    raise SlipwayError("this application runs outside Airflow, so there is nothing to compare the log with")


@dataclass(frozen=True, kw_only=True)
class Parts:
    """Made once an application. World and store are asked for at each request: a start never fails for them."""

    world: Callable[[], World]
    store: Callable[[], DatabaseStore]
    read_answer: ReadAnswer
    catalogue: Path
    base_url: str
    """How people reach the API server; only pages from there may change anything."""
    internal_token: str
    """What approval tasks identify themselves with; empty: they can't."""
    read_airflow: ReadAirflow = no_airflow
    """Airflow's own memory of changes."""
    make_token: MakeToken = no_token


def parts_of(request: Request) -> Parts:
    """The parts of the application that serves this request."""
    parts: Parts = request.app.state.parts
    return parts


def signed_in() -> str:
    """The id of the signed-in person; each application says how it knows. Until then: nobody."""
    raise HTTPException(status.HTTP_401_UNAUTHORIZED, "Not authenticated")


UsedParts = Annotated[Parts, Depends(parts_of)]
Person = Annotated[str, Depends(signed_in)]
