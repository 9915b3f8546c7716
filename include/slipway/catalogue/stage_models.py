"""The stages of a service file: environments and their targets, what is not there, and what others change."""

from enum import StrEnum
from typing import Annotated, Any

from pydantic import Discriminator, Field, JsonValue, StringConstraints, Tag

from slipway.catalogue.smoke_checks import Url
from slipway.catalogue.strict_model import ConnectionId, Name, StrictModel, Text
from slipway.domain.service import NotApplicable, StageDefinition, StageRole

Version = Annotated[
    str,
    StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9._+-]*$", max_length=100),
    Field(examples=["1.0.0-maintenance"]),
]


class TargetKind(StrEnum):
    """The kinds that the target registry knows."""

    LOCAL_PROCESS = "local_process"
    COMMAND = "command"
    HTTP = "http"


class TargetModel(StrictModel):
    """How an environment is deployed to."""

    kind: TargetKind
    options: dict[str, JsonValue] = Field({}, description="The kind's own settings; secrets are connection ids.")


class StageModel(StrictModel):
    """One environment of the service."""

    environment: Name = Field(description="One of platform.yaml, with the role of this stage.")
    url: Url = Field(description="Where the smoke checks ask.")
    target: TargetModel
    database: ConnectionId | None = Field(None, description="Airflow connection of the database to migrate.")
    replica: ConnectionId | None = Field(
        None,
        description="Connection of a prepared copy of it, for rehearsals with `strategy: replica`.",
    )
    deploy_deadline_seconds: float = Field(120.0, gt=0, le=7200)
    migrate_deadline_seconds: float = Field(300.0, gt=0, le=86400)
    in_place_of_nothing: Version | None = Field(
        None,
        description="Version of this service, such as a maintenance page, that a failure brings where nothing ran"
        " before. Left out: nothing runs there then.",
    )


class PreprodModel(StageModel):
    """The environment that proves a version before it goes live."""

    rehearse_rollback: bool = Field(
        False, description="Whether `deploy` also goes back to what ran before, and forth again, as part of the proof."
    )


class NotApplicableModel(StrictModel):
    """Why there is no such stage."""

    because: Text
    agreed_by: Name = Field(description="A manager, by id.")


class AbsentStageModel(StrictModel):
    """A stage that the service does not have (R10)."""

    not_applicable: NotApplicableModel

    def definition(self, role: StageRole) -> StageDefinition:
        """The domain value."""
        absent = NotApplicable(**self.not_applicable.model_dump())
        return StageDefinition(role=role, environment=role.value, target=None, smoke=None, not_applicable=absent)


class ActStageModel(StrictModel):
    """Live, where somebody outside makes the changes (R10)."""

    environment: Name = Field(description="One of platform.yaml, with the role of this stage.")
    url: Url | None = Field(None, description="Where the smoke checks ask; goes with `smoke`.")
    act_deadline_minutes: int = Field(
        60, ge=5, le=480, description="How long the lane is held for the work and its report."
    )


AnyStageModel = StageModel | AbsentStageModel | ActStageModel


def _which(value: Any) -> str:
    absent = isinstance(value, AbsentStageModel) or (isinstance(value, dict) and "not_applicable" in value)
    return AbsentStageModel.__name__ if absent else StageModel.__name__


class StagesModel(StrictModel):
    """Every service goes through all three; only Dev may be declared not applicable."""

    dev: Annotated[
        Annotated[StageModel, Tag("StageModel")] | Annotated[AbsentStageModel, Tag("AbsentStageModel")],
        Discriminator(_which),
    ]
    preprod: PreprodModel
    prod: StageModel


class OutsideStagesModel(StrictModel):
    """Live only; why there is no Dev and no Preprod of ours, and which manager agreed, is said here."""

    dev: AbsentStageModel
    preprod: AbsentStageModel
    prod: ActStageModel
