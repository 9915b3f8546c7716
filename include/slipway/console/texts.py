"""What a text, number or time that is sent may be: no longer than people read, and nothing that cannot be kept."""

from typing import Annotated

from pydantic import AfterValidator, AwareDatetime, Field, JsonValue, StringConstraints

from slipway.domain.instants import EARLIEST, LATEST, in_utc
from slipway.domain.text_limits import NAME, RUN, TEXT, longest

_STORABLE = r"^[^\x00]*$"

Name = Annotated[str, StringConstraints(max_length=NAME, pattern=_STORABLE)]
RunName = Annotated[str, StringConstraints(max_length=RUN, pattern=_STORABLE)]
"""As Airflow names DAGs, runs and tasks."""
What = Annotated[str, StringConstraints(max_length=longest("what"), pattern=_STORABLE)]
"""What changes or where, in a sentence."""
Why = Annotated[str, StringConstraints(max_length=longest("reason"), pattern=_STORABLE)]
"""A reason: it stands in lists and channels."""
Text = Annotated[str, StringConstraints(max_length=TEXT, pattern=_STORABLE)]
"""What is explained at length."""
Number = Annotated[int, Field(ge=0, le=2**63 - 1)]
"""A row of the release database."""
_FROM_TO: dict[str, JsonValue] = {"x-earliest": EARLIEST.isoformat(), "x-latest": LATEST.isoformat()}
Instant = Annotated[AwareDatetime, AfterValidator(in_utc), Field(json_schema_extra=_FROM_TO)]
"""A time with a zone, kept in UTC, which everybody can read again."""
