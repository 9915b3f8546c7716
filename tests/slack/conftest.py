"""A workspace with one channel, and Airflow's connection to it."""

from collections.abc import Iterator

import pytest

from tests.slack.stand_in import SlackStandIn

DEPLOY = "C0DEPLOY"


@pytest.fixture
def slack(monkeypatch: pytest.MonkeyPatch) -> Iterator[SlackStandIn]:
    with SlackStandIn() as stand_in:
        stand_in.channel(DEPLOY, topic="Releases of all services")
        monkeypatch.setenv("AIRFLOW_CONN_SLACK_DEFAULT", stand_in.connection)
        yield stand_in
