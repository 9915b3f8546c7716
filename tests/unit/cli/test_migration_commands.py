"""`slipway migrations check` tells what stops a release from what is only worth knowing."""

from pathlib import Path
from typing import Any

from typer.testing import CliRunner

from slipway.cli.main import app
from tests.fakes.airflow_server import FakeAirflow


def found(code: str, *, stops: bool, waivable: bool) -> dict[str, Any]:
    about = {"revision": "0002", "object": "orders.phone", "detail": "3 of 4 rows"}
    return {"code": code, "stops": stops, "waivable": waivable, **about}


ANSWER = {
    "service": "orders",
    "environment": "preprod",
    "detail": "0002: irreversible (proof m1)",
    "proof": "m1",
    "findings": [
        found("still_in_use", stops=True, waivable=False),
        found("data_lost", stops=True, waivable=True),
        found("lint", stops=False, waivable=False),
    ],
    "if_undone": "old data is **gone**",
    "rollback_limit": None,
    "blockers": [{"message": "Old data is gone.", "cleared_by": "a new version"}],
    **{name: [] for name in ("expectations", "lost_on_reverse", "not_covered", "waivers")},
}


def test_each_finding_says_whether_it_stops_the_release(tmp_path: Path) -> None:
    with FakeAirflow() as airflow:
        airflow.answers["POST /slipway/api/migrations/checks"] = (200, ANSWER)
        places = {"XDG_CONFIG_HOME": str(tmp_path), "SLIPWAY_URL": airflow.url, "SLIPWAY_PASSWORD": "rita"}
        assert CliRunner().invoke(app, ["login", "rita"], env=places).exit_code == 0
        result = CliRunner().invoke(app, ["migrations", "check", "orders"], env=places)
    assert result.exit_code == 1, "something stops it"
    told = {
        line.split()[0]: " ".join(line.split()[1:3]) for line in result.stdout.splitlines() if "orders.phone" in line
    }
    assert told == {"still_in_use": "yes 0002", "data_lost": "unless waived", "lint": "no 0002"}
    assert "If it is undone: old data is gone" in result.stdout
