"""Stage definitions are kept with their release as JSON, and come back as they were."""

import json

import pytest

from slipway.adapters.database import codec
from slipway.catalogue.load import load_service
from slipway.domain.service import (
    CopyStrategy,
    MigrationSettings,
    Priority,
    RehearsalSettings,
    SmokeCheck,
    SmokeCommand,
    SmokeSuite,
    StageDefinition,
    StageRole,
)
from slipway.domain.watch import HourBefore, Limits
from slipway.platform.home import PROJECT
from tests.builders import a_stage
from tests.watching import a_check, a_watch, an_alert_check


def through_json(stage: StageDefinition) -> StageDefinition:
    """As a release keeps it."""
    return codec.stage_definition(json.loads(json.dumps(codec.dump(stage))))


def test_smoke_suites_survive_the_way_through_json() -> None:
    check = SmokeCheck(name="finds things", path="/search", priority=Priority.WARNING)
    command = SmokeCommand(name="journeys", run=("pytest", "{url}"), priority=Priority.WARNING)
    suite = SmokeSuite(url="http://service", checks=(check,), commands=(command,), others=Priority.WARNING)
    stage = a_stage(StageRole.PROD, smoke=suite)
    assert through_json(stage) == stage


@pytest.mark.parametrize("name", ["orders", "forms", "greeter"])
def test_stages_survive_the_way_through_json(name: str) -> None:
    for stage in load_service(PROJECT / "include" / "catalogue", name).stages.values():
        assert through_json(stage) == stage


def test_how_migrations_are_rehearsed_survives_the_way_through_json() -> None:
    settings = RehearsalSettings(
        copy=CopyStrategy.REPLICA, sample_rows=7, replica="orders_copy", may_differ={"orders.updated_at": "a trigger"}
    )
    stage = a_stage(StageRole.PROD, migrations=MigrationSettings(connection="orders_prod", rehearsal=settings))
    assert through_json(stage) == stage


def test_a_stage_that_was_kept_before_rehearsals_could_be_set_is_read_with_the_defaults() -> None:
    kept = codec.dump(a_stage(StageRole.PROD, migrations=MigrationSettings(connection="orders_prod")))
    del kept["migrations"]["rehearsal"]
    read = codec.stage_definition(kept).migrations
    assert read is not None
    assert read.rehearsal == RehearsalSettings()


def test_the_settings_of_a_watch_survive_the_way_through_json() -> None:
    hour = HourBefore(at_most_times=2.0, ignore_below=0.1)
    compared = a_check("compared", limits=Limits(at_most=3.0, hour_before=hour))
    definition = a_stage(
        StageRole.PROD, watch=a_watch(compared, an_alert_check(matchers=('a="b"',), heartbeat="Watchdog"))
    )
    assert through_json(definition) == definition
