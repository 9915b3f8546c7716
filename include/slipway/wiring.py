"""The only place that chooses real adapters. Imports what it needs when it is asked, Airflow last of all."""

import os
import time
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from slipway.adapters.database.engine import make_engine
from slipway.adapters.database.transaction import DatabaseStore
from slipway.catalogue.files import catalogue_folder, expectations_folder
from slipway.domain.errors import SlipwayError
from slipway.use_cases.world import ReconcilerPorts, World

if TYPE_CHECKING:
    from slipway.adapters.notifiers.mail import MailSend
    from slipway.adapters.notifiers.slack_api import SlackCall
    from slipway.adapters.probes.http_probe import Send
    from slipway.domain.message_routes import Way
    from slipway.ports.messages import ChannelTopic, Notifier
    from slipway.ports.rehearsal import Suites


def release_database_url() -> str:
    """`SLIPWAY_DATABASE_URL`. Raises SlipwayError where it is not set."""
    url = os.environ.get("SLIPWAY_DATABASE_URL")
    if not url:
        raise SlipwayError(
            "SLIPWAY_DATABASE_URL is not set: start the platform with `make up`, or name your PostgreSQL database"
        )
    return url


def state_folder() -> Path:
    """`SLIPWAY_HOME`, where artefacts, locks and the state of local targets are kept."""
    home = os.environ.get("SLIPWAY_HOME")
    if not home:
        raise SlipwayError("SLIPWAY_HOME is not set: start the platform with `make up`, or name its state folder")
    return Path(home)


@cache
def make_store(*, pooled: bool = True) -> DatabaseStore:
    """The release database of this process."""
    return DatabaseStore(make_engine(release_database_url(), pooled=pooled))


@cache
def make_world(make_send: "Callable[[], Send] | None" = None) -> World:
    """Everything real, for this process. `make_send` makes the way smoke requests go; without it they go by httpx."""
    from slipway.adapters.activity_lock import FileActivityLock
    from slipway.adapters.artefacts.folder_store import FolderArtefacts
    from slipway.adapters.connections import EnvironmentConnections
    from slipway.adapters.definitions import CatalogueDefinitions
    from slipway.adapters.migrations.artefact_runner import ArtefactRunner
    from slipway.adapters.migrations.expectations import check as expectations
    from slipway.adapters.migrations.lint.lint import lint
    from slipway.adapters.migrations.lint.squawk import installed_squawk
    from slipway.adapters.migrations.rehearsal.rehearsal import DatabaseRehearsal
    from slipway.adapters.monitors.sources import Sources
    from slipway.adapters.probes.command_suites import LeashedSuites
    from slipway.adapters.probes.http_probe import HttpProbe
    from slipway.adapters.probes.httpx_send import HttpxSend
    from slipway.adapters.targets.registry import Registry
    from slipway.adapters.upstreams.registry import ConfiguredUpstreams

    home = state_folder()
    connections = EnvironmentConnections()
    migrations = ArtefactRunner()
    return World(
        store=make_store(),
        definitions=CatalogueDefinitions(catalogue_folder(os.environ)),
        artefacts=FolderArtefacts(artefact_folder()),
        upstreams=ConfiguredUpstreams(connections),
        targets=Registry(home / "targets"),
        migrations=migrations,
        rehearsal=DatabaseRehearsal(migrations, expectations, lint=installed_squawk(), apart=_scratch_is_apart()),
        scratch_url=os.environ.get("SLIPWAY_SCRATCH_URL", ""),
        lint=lint,
        suites=_suites,
        probe=HttpProbe((make_send or HttpxSend)(), connections),
        commands=LeashedSuites(connections),
        monitor=Sources(connections),
        connections=connections,
        locks=FileActivityLock(home / "run" / "activities"),
        workspace=home / "workspace",
        sleep=time.sleep,
        base_url=os.environ.get("AIRFLOW__API__BASE_URL", ""),
    )


def _suites(service: str) -> "Suites | None":
    from slipway.adapters.migrations.expectations.suites import suites_in

    return suites_in(expectations_folder(catalogue_folder(os.environ), service))


def _scratch_is_apart() -> bool:
    """Copies are made on another server than the environments', unless somebody says that they share one."""
    return os.environ.get("SLIPWAY_SCRATCH_SHARED") != "yes"


def make_notifiers(slack: "Callable[[], SlackCall]", mail: "Callable[[], MailSend]") -> "Callable[[Way], Notifier]":
    """The notifier of a way. `slack` and `mail` make the ways out through Airflow, where a message needs them."""
    from slipway.adapters.connections import EnvironmentConnections
    from slipway.adapters.notifiers.mail import MailNotifier
    from slipway.adapters.notifiers.message_file import MessageFile
    from slipway.adapters.notifiers.slack import SlackNotifier
    from slipway.adapters.notifiers.slack_people import SlackPeople
    from slipway.adapters.notifiers.webhook import WebhookNotifier
    from slipway.domain.message_routes import WayKind

    people = SlackPeople()

    def make(way: "Way") -> "Notifier":
        match way.kind:
            case WayKind.SLACK:
                return SlackNotifier(slack(), way.address, people)
            case WayKind.EMAIL:
                return MailNotifier(mail(), way.address)
            case WayKind.WEBHOOK:
                return WebhookNotifier(EnvironmentConnections(), way.address, way.host)
            case WayKind.FILE:
                return MessageFile(state_folder() / "messages.txt")

    return make


def make_topics(slack: "Callable[[], SlackCall]") -> "Callable[[Way], ChannelTopic]":
    """The topic of a channel in Slack."""
    from slipway.adapters.notifiers.slack_topic import SlackTopic

    return lambda way: SlackTopic(slack(), way.address)


def artefact_folder(home: Path | None = None) -> Path:
    """The content-addressed store: `SLIPWAY_ARTEFACTS`, or below the state folder."""
    return Path(os.environ.get("SLIPWAY_ARTEFACTS") or (home or state_folder()) / "artefacts")


def make_reconciler_ports() -> ReconcilerPorts:
    """What only the reconciler needs: Airflow as the platform's own account."""
    from slipway.adapters.account_sync import AccountSync
    from slipway.adapters.airflow_scheduler import AirflowScheduler
    from slipway.adapters.catalogue_policy import CatalogueWatch
    from slipway.adapters.generated_passwords import VARIABLE, generated_password
    from slipway.domain.grant import PLATFORM_ACCOUNT

    password = generated_password(os.environ.get(VARIABLE, ""), PLATFORM_ACCOUNT)
    return ReconcilerPorts(
        scheduler=AirflowScheduler(os.environ["SLIPWAY_API_URL"], PLATFORM_ACCOUNT, password),
        catalogue=catalogue_folder(os.environ),
        read_policy=CatalogueWatch(),
        sync_accounts=AccountSync(),
    )
