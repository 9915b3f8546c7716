"""`services/<name>.yaml`: one released service, its checks and its stages."""

from abc import ABC, abstractmethod
from typing import Annotated, Any

from pydantic import (
    AfterValidator,
    ConfigDict,
    Discriminator,
    Field,
    RootModel,
    StringConstraints,
    Tag,
)

from slipway.catalogue.cron import checked_cron
from slipway.catalogue.headline import OUTSIDE
from slipway.catalogue.migration_settings import MigrationsModel
from slipway.catalogue.smoke_checks import SmokeModel
from slipway.catalogue.stage_models import (
    AbsentStageModel,
    ActStageModel,
    OutsideStagesModel,
    PreprodModel,
    StageModel,
    StagesModel,
)
from slipway.catalogue.strict_model import Name, StrictModel, Text
from slipway.catalogue.watch_checks import WatchModel
from slipway.domain.repository import Repository
from slipway.domain.service import (
    ActedBy,
    ActSettings,
    MigrationSettings,
    Page,
    Profile,
    RehearsalSettings,
    Service,
    StageDefinition,
    StageRole,
    TargetSettings,
)


class GitHubModel(StrictModel):
    """Where versions are published: a GitHub release for each, with the artefact's archive as an asset."""

    repository: Annotated[
        str,
        StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9-]*/[A-Za-z0-9_-][A-Za-z0-9._-]*$", max_length=140),
        Field(examples=["my-organisation/tea-shop"]),
    ] = Field(description="Owner and name.")
    asset: Annotated[
        str,
        StringConstraints(pattern=r"^[A-Za-z0-9._+-]*\{version\}[A-Za-z0-9._+-]*\.(tar|tar\.gz|tgz)$", max_length=200),
        Field(examples=["tea-shop-{version}.tar.gz"]),
    ] = Field(description="The archive's name; {version} stands for the version.")
    tag: Annotated[
        str,
        StringConstraints(pattern=r"^([A-Za-z0-9_][A-Za-z0-9._+/-]*)?\{version\}$", max_length=100),
        Field(examples=["v{version}"]),
    ] = Field("v{version}", description="The tag of a version's release.")

    def settings(self) -> Repository:
        """The domain value."""
        return Repository(name=self.repository, asset=self.asset, tag=self.tag)


class OwnedModel(StrictModel, ABC):
    """What every service file says, however its changes reach live."""

    name: Name = Field(description="The same as the file's name.")
    team: Name = Field(description="The team that owns it and its releases.")
    description: Text
    product_owner: Name | None = Field(None, description="May confirm that functionality works, by id.")
    profile: Profile = Field(Profile.SERVICE, description="Left out: Slipway deploys its artefacts.")

    @abstractmethod
    def service(self) -> Service:
        """The domain value."""


class ServiceModel(OwnedModel):
    """One released service."""

    depends_on: list[Name] = Field([], description="Services whose change in Preprod voids a proof of this one.")
    nightly: Annotated[str, AfterValidator(checked_cron)] | None = Field(
        None, description="When Dev deploys each night: cron, in the platform's time zone."
    )
    github: GitHubModel | None = Field(
        None, description="Where versions that the store does not have are fetched from. Left out: from nowhere."
    )
    smoke: SmokeModel
    watch: WatchModel | None = Field(
        None, description="What is watched in live after each deploy. Left out: only smoke tests and people tell."
    )
    migrations: MigrationsModel | None = Field(None, description="Left out: the service has no database.")
    stages: StagesModel
    stand_ins: list[PreprodModel] = Field(
        [], description="Pre-production environments that prove an emergency while Preprod is down (`--proof-in`)."
    )

    def stage_models(self) -> dict[StageRole, StageModel | AbsentStageModel]:
        """The stages by role."""
        return {role: getattr(self.stages, role.value) for role in StageRole}

    def service(self) -> Service:
        """The domain value."""
        return Service(
            name=self.name,
            team=self.team,
            description=self.description,
            stages={role: self._definition(role, model) for role, model in self.stage_models().items()},
            product_owner=self.product_owner,
            depends_on=tuple(self.depends_on),
            nightly=self.nightly,
            repository=self._repository(),
            stand_ins=tuple(self._definition(StageRole.PREPROD, model) for model in self.stand_ins),
        )

    def _definition(self, role: StageRole, model: StageModel | AbsentStageModel) -> StageDefinition:
        if isinstance(model, AbsentStageModel):
            return model.definition(role)
        return StageDefinition(
            role=role,
            environment=model.environment,
            target=TargetSettings(kind=model.target.kind.value, options=model.target.options),
            smoke=self.smoke.suite(model.url),
            migrations=self._migrations(model),
            deploy_deadline_seconds=model.deploy_deadline_seconds,
            migrate_deadline_seconds=model.migrate_deadline_seconds,
            repository=self._repository(),
            watch=self.watch.settings() if self.watch and role is StageRole.PROD else None,
            rehearse_rollback=isinstance(model, PreprodModel) and model.rehearse_rollback,
            in_place_of_nothing=Page(version=model.in_place_of_nothing) if model.in_place_of_nothing else None,
        )

    def _repository(self) -> Repository | None:
        return None if self.github is None else self.github.settings()

    def _migrations(self, stage: StageModel) -> MigrationSettings | None:
        limits = self.migrations
        if limits is None or stage.database is None:
            return None
        return MigrationSettings(
            connection=stage.database,
            lock_timeout_seconds=limits.lock_timeout_seconds,
            lock_tries=limits.lock_tries,
            statement_timeout_seconds=limits.statement_timeout_seconds,
            rehearsal=RehearsalSettings() if limits.rehearsal is None else limits.rehearsal.settings(stage.replica),
        )


class OutsideModel(OwnedModel):
    """What Slipway does not deploy itself: a static app, a third party's system, infrastructure, Slipway (R10)."""

    smoke: SmokeModel | None = Field(None, description="Asked after each change; a static app needs it.")
    stages: OutsideStagesModel

    def stage_models(self) -> dict[StageRole, AbsentStageModel | ActStageModel]:
        """The stages by role."""
        return {role: getattr(self.stages, role.value) for role in StageRole}

    def service(self) -> Service:
        """The domain value."""
        absent = {
            role: getattr(self.stages, role.value).definition(role) for role in (StageRole.DEV, StageRole.PREPROD)
        }
        return Service(
            name=self.name,
            team=self.team,
            description=self.description,
            stages={**absent, StageRole.PROD: self._live()},
            product_owner=self.product_owner,
            profile=self.profile,
        )

    def _live(self) -> StageDefinition:
        live = self.stages.prod
        by = ActedBy.PIPELINE if self.profile is Profile.STATIC_APP else ActedBy.PERSON
        return StageDefinition(
            role=StageRole.PROD,
            environment=live.environment,
            target=None,
            smoke=self.smoke.suite(live.url) if self.smoke and live.url else None,
            act=ActSettings(by=by, deadline_minutes=live.act_deadline_minutes),
        )


AnyServiceModel = ServiceModel | OutsideModel


def profile_of(data: Any) -> str:
    """The name of the model that a service file is to be checked against."""
    profile = data.profile if isinstance(data, OwnedModel) else data.get("profile") if isinstance(data, dict) else None
    return OutsideModel.__name__ if profile in OUTSIDE else ServiceModel.__name__


def model_for(data: Any) -> type[ServiceModel] | type[OutsideModel]:
    """Chosen by `profile` alone, so that what is wrong is told in the words of what was meant."""
    return OutsideModel if profile_of(data) == OutsideModel.__name__ else ServiceModel


class ServiceFileModel(RootModel[Any]):
    """Either kind of service file, for editors."""

    model_config = ConfigDict(json_schema_extra={"type": "object"})

    root: Annotated[
        Annotated[ServiceModel, Tag("ServiceModel")] | Annotated[OutsideModel, Tag("OutsideModel")],
        Discriminator(profile_of),
    ]
