"""A workspace with one channel, and Airflow's connection to it."""

import json
from collections.abc import Iterator

import pytest

from tests.slack.stand_in import TOKEN, SlackStandIn

DEPLOY = "C0DEPLOY"


@pytest.fixture
def slack(monkeypatch: pytest.MonkeyPatch) -> Iterator[SlackStandIn]:
    with SlackStandIn() as stand_in:
        stand_in.channel(DEPLOY, topic="Releases of all services")
        connection = {"conn_type": "slack", "password": TOKEN, "extra": {"base_url": stand_in.url}}
        monkeypatch.setenv("AIRFLOW_CONN_SLACK_DEFAULT", json.dumps(connection))
        yield stand_in
