"""The released service's own database: what its migrations need to run, and what the service needs to start."""

from collections.abc import Mapping
from datetime import datetime
from pathlib import Path

from slipway.domain.errors import ArtefactError
from slipway.domain.release import Attempt, Stage
from slipway.ports.outside import MigrationOrder
from slipway.use_cases.world import World


def artefact_folder(world: World, service: str, version: str, digest: str) -> Path:
    """The artefact's verified files, unpacked once per digest. Raises ArtefactError."""
    artefact = world.artefacts.resolve(service, version)
    if artefact.digest != digest:
        raise ArtefactError(
            f"{service} {version} is now {artefact.digest}, but {digest} was proven and approved: refused."
            " Publish the change as a new version"
        )
    return world.artefacts.fetch(artefact, world.workspace / digest.replace(":", "-"))


def migration_order(
    world: World, attempt: Attempt, stage: Stage, deadline: datetime, lock_fd: int | None = None
) -> MigrationOrder | None:
    """What to migrate for this stage; None where the service has no database or the artefact no migrations."""
    settings = stage.definition.migrations
    if settings is None:
        return None
    folder = artefact_folder(world, attempt.service, attempt.version, attempt.digest)
    if not world.migrations.carries_migrations(folder):
        return None
    return MigrationOrder(
        service=attempt.service,
        environment=stage.environment,
        folder=folder,
        settings=settings,
        database_url=world.connections.url(settings.connection),
        deadline=deadline,
        lock_fd=lock_fd,
    )


def service_environment(world: World, stage: Stage) -> Mapping[str, str]:
    """The variables the service itself starts with: its own database's URL, nothing of the platform's."""
    settings = stage.definition.migrations
    return {} if settings is None else {"DATABASE_URL": world.connections.url(settings.connection)}
