"""The smoke checks of a service: the same in every environment, only the address differs (R1, R16)."""

from typing import Annotated, Literal

from pydantic import Field, JsonValue, StringConstraints

from slipway.catalogue.strict_model import StrictModel, Text
from slipway.domain.service import SmokeCheck, SmokeSuite

Url = Annotated[
    str,
    StringConstraints(pattern=r"^https?://[^\s/]+(/[^\s]*)?$", max_length=500),
    Field(examples=["https://orders.example.org"]),
]
Path = Annotated[
    str, StringConstraints(pattern=r"^/\S*$", max_length=500), Field(examples=["/health", "/greet?name=Ada"])
]


class SmokeCheckModel(StrictModel):
    """One HTTP request and what its answer must be."""

    name: Text
    path: Path
    method: Literal["GET", "POST", "PUT", "PATCH", "DELETE", "HEAD"] = "GET"
    body: JsonValue = Field(None, description="Sent as JSON.")
    expect_status: int = Field(200, ge=100, le=599)
    expect_json: dict[str, JsonValue] = Field(
        {}, description="Dotted path to wanted value; {version} and {digest} stand for the release's own."
    )

    def check(self) -> SmokeCheck:
        """The domain value."""
        return SmokeCheck(**self.model_dump())


class SmokeModel(StrictModel):
    """Checks that must all pass before the deadline."""

    deadline_seconds: float = Field(60.0, gt=0, le=3600, description="Failing checks are tried again until then.")
    checks: list[SmokeCheckModel] = Field(min_length=1)

    def suite(self, url: str) -> SmokeSuite:
        """The checks against one address."""
        checks = tuple(model.check() for model in self.checks)
        return SmokeSuite(url=url, checks=checks, deadline_seconds=self.deadline_seconds)
