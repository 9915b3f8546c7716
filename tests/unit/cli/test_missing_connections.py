"""`slipway doctor` tells which connections the catalogue names and the platform lacks."""

from dataclasses import replace
from pathlib import Path

import pytest

from slipway.catalogue.load import load_catalogue
from slipway.cli.missing_connections import known_variables, missing_connections, named_connections
from slipway.domain.message_routes import MessageChannel, MessageRoutes, Way, WayKind
from slipway.platform.home import Home
from slipway.platform.known_connections import note_connections, noted_connections

DEMO = Path(__file__).parents[3] / "include" / "catalogue"


def test_databases_that_services_name_are_missing_until_they_are_set() -> None:
    catalogue = load_catalogue(DEMO)
    assert "orders_dev_db" in named_connections(catalogue)
    every = {f"AIRFLOW_CONN_{name.upper()}" for name in named_connections(catalogue)}
    assert missing_connections(catalogue, every) == []
    assert missing_connections(catalogue, every - {"AIRFLOW_CONN_ORDERS_DEV_DB"}) == ["AIRFLOW_CONN_ORDERS_DEV_DB"]


def test_so_are_those_of_the_ways_that_messages_go() -> None:
    catalogue = load_catalogue(DEMO)
    ways = (
        Way(kind=WayKind.SLACK, address="C1"),
        Way(kind=WayKind.EMAIL, address="a@example.org"),
        Way(kind=WayKind.WEBHOOK, address="ops_hook", host="hooks.example.org"),
        Way(kind=WayKind.FILE),
    )
    platform = replace(catalogue.platform, messages=MessageRoutes(ways={MessageChannel.PAGE: ways}))
    told = named_connections(replace(catalogue, platform=platform)) - named_connections(catalogue)
    assert told == {"slack_default", "smtp_default", "ops_hook"}


def test_without_a_running_platform_what_is_set_here_counts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SLIPWAY_HOME", str(tmp_path))
    monkeypatch.setenv("AIRFLOW_CONN_SHOP", "postgres://db/shop")
    monkeypatch.setenv("AIRFLOW_CONN_EMPTY", " ")
    assert "AIRFLOW_CONN_SHOP" in known_variables()
    assert "AIRFLOW_CONN_EMPTY" not in known_variables()


def test_a_platform_notes_the_names_of_its_connections(tmp_path: Path) -> None:
    home = Home(tmp_path)
    assert noted_connections(home) is None
    home.create()
    note_connections(home, ["AIRFLOW_CONN_SHOP", "AIRFLOW_CONN_B"])
    assert noted_connections(home) == {"AIRFLOW_CONN_SHOP", "AIRFLOW_CONN_B"}
