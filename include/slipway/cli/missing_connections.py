"""Connections that the catalogue names and the platform did not start with."""

import os
from collections.abc import Iterable, Iterator

from slipway.domain.message_routes import MessageRoutes, WayKind
from slipway.domain.platform import Catalogue
from slipway.domain.service import Service, StageDefinition
from slipway.platform.home import current_home
from slipway.platform.known_connections import noted_connections
from slipway.platform.service_databases import PREFIX
from slipway.platform.supervisor import supervisor_of

_OF_WAYS = {WayKind.SLACK: "slack_default", WayKind.EMAIL: "smtp_default"}


def named_connections(catalogue: Catalogue) -> frozenset[str]:
    """Ids of databases, replicas, monitors, bearers and GitHub, as services name them, and of the ways of messages."""
    of_services = (name for service in catalogue.services.values() for name in _of_service(service, catalogue) if name)
    return frozenset({*of_services, *_of_messages(catalogue.platform.messages)})


def missing_connections(catalogue: Catalogue, variables: Iterable[str]) -> list[str]:
    """The variables that would have to be set as well, in order."""
    return sorted({PREFIX + name.upper() for name in named_connections(catalogue)} - set(variables))


def known_variables() -> frozenset[str]:
    """What the platform of this folder started with while it runs; else what is set here."""
    home = current_home()
    noted = noted_connections(home) if supervisor_of(home) is not None else None
    return frozenset(name for name, value in os.environ.items() if value.strip()) if noted is None else noted


def _of_messages(routes: MessageRoutes) -> Iterator[str]:
    for way in routes.all:
        if way.kind is WayKind.WEBHOOK:
            yield way.address
        elif way.kind in _OF_WAYS:
            yield _OF_WAYS[way.kind]


def _of_service(service: Service, catalogue: Catalogue) -> Iterator[str | None]:
    if service.repository is not None:
        yield catalogue.platform.artefact_sources.github.connection
    for stage in (*service.stages.values(), *service.stand_ins):
        yield from _of_stage(stage)


def _of_stage(stage: StageDefinition) -> Iterator[str | None]:
    if stage.migrations is not None:
        yield stage.migrations.connection
        yield stage.migrations.rehearsal.replica
    if stage.smoke is not None:
        yield from (check.bearer for check in stage.smoke.checks)
        yield from (command.bearer for command in stage.smoke.commands)
    if stage.watch is not None:
        yield from (one.connection for one in stage.watch.checks)
