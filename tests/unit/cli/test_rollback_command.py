"""`slipway rollback` is a REST call of the signed-in person."""

from pathlib import Path

from typer.testing import CliRunner

from slipway.cli.main import app
from tests.fakes.airflow_server import FakeAirflow

ASK = "POST /slipway/api/rollbacks"


def test_it_asks_for_what_was_said_and_tells_the_answer(tmp_path: Path) -> None:
    with FakeAirflow() as airflow:
        airflow.answers[ASK] = (202, {"detail": "r9 waits: slipway second 4"})
        places = {"XDG_CONFIG_HOME": str(tmp_path), "SLIPWAY_URL": airflow.url, "SLIPWAY_PASSWORD": "rita"}
        assert CliRunner().invoke(app, ["login", "rita"], env=places).exit_code == 0

        words = ["rollback", "orders", "prod", "--to", "1.0", "--reason", "orders are lost", "--incident"]
        result = CliRunner().invoke(app, words, env=places)

        assert (result.exit_code, result.stdout) == (0, "r9 waits: slipway second 4\n")
        (asked,) = airflow.changes()
        assert asked.person == "rita"
        assert asked.body == {
            "service": "orders",
            "environment": "prod",
            "version": "1.0",
            "reason": "orders are lost",
            "incident": True,
        }


def test_a_reason_is_always_said(tmp_path: Path) -> None:
    places = {"XDG_CONFIG_HOME": str(tmp_path)}
    assert CliRunner().invoke(app, ["rollback", "orders", "prod"], env=places).exit_code == 2
