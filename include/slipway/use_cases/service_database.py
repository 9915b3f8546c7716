"""The released service's own database: what its migrations need to run, and what the service needs to start."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime, timedelta

from slipway.domain.errors import ArtefactError
from slipway.domain.release import Attempt, Stage
from slipway.domain.service import MigrationSettings
from slipway.ports.outside.artefacts import Artefact
from slipway.ports.outside.migrations import MigrationOrder
from slipway.use_cases.contract import may_contract
from slipway.use_cases.unpacked import unpacked
from slipway.use_cases.world import World

TO_LOOK = timedelta(minutes=1)
"""For what is applied and pending, and the schema's hash, where nothing is changed."""


def proven_artefact(world: World, attempt: Attempt) -> Artefact:
    """The attempt's artefact. Raises ArtefactError where its version names other bytes by now (R2)."""
    artefact = world.artefacts.resolve(attempt.service, attempt.version)
    if artefact.digest != attempt.digest:
        raise ArtefactError(
            f"{attempt.service} {attempt.version} is now {artefact.digest}, but {attempt.digest} was proven and"
            " approved: refused. Publish the change as a new version"
        )
    return artefact


@contextmanager
def migration_order(
    world: World, attempt: Attempt, stage: Stage, deadline: datetime, lock_fd: int | None = None
) -> Iterator[MigrationOrder | None]:
    """What to migrate for this stage; None where the service has no database or the artefact no migrations."""
    settings = stage.definition.migrations
    if settings is None:
        yield None
        return
    artefact = proven_artefact(world, attempt)
    with order_for(world, artefact, stage.environment, settings, deadline, lock_fd) as order:
        yield order


@contextmanager
def order_for(
    world: World,
    artefact: Artefact,
    environment: str,
    settings: MigrationSettings,
    deadline: datetime,
    lock_fd: int | None = None,
) -> Iterator[MigrationOrder | None]:
    """What an artefact would migrate there; None where it has no migrations."""
    with unpacked(world, artefact) as folder:
        if not world.migrations.carries_migrations(folder):
            yield None
            return
        yield MigrationOrder(
            service=artefact.service,
            environment=environment,
            folder=folder,
            settings=settings,
            database_url=world.connections.url(settings.connection),
            deadline=deadline,
            lock_fd=lock_fd,
            contract=may_contract(world, folder, artefact.service, environment),
        )


def service_environment(world: World, stage: Stage) -> Mapping[str, str]:
    """The variables the service itself starts with: its own database's URL, nothing of the platform's."""
    settings = stage.definition.migrations
    return {} if settings is None else {"DATABASE_URL": world.connections.url(settings.connection)}
