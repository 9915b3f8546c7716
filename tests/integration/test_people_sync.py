"""People and roles in a real Airflow database, prepared as at the first start."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from slipway.platform.home import PROJECT

pytestmark = pytest.mark.airflow
SCRIPT = """
import json, logging
from airflow.providers.fab.auth_manager.cli_commands.utils import get_application_builder
from slipway.airflow_edge.people_sync import is_first_time, sync
from slipway.airflow_edge.prepare import passwords_from, prepare_databases
from slipway.domain.people import People, Person, TeamRole
import os

def accounts():
    with get_application_builder() as builder:
        builder.sm.session.expire_all()
        return {
            user.username: [bool(user.active), sorted(role.name for role in user.roles), user.password]
            for user in builder.sm.get_all_users()
        }

sam = Person(id="sam", name="Sam Sage", teams={"a": TeamRole.RELEASER})
sue = Person(id="sue", name="Sue Stone", teams={"a": TeamRole.SENIOR})
prepare_databases(os.environ["SLIPWAY_DATABASE_URL"])
seen = [is_first_time()]
sync(People(by_id={"sam": sam, "sue": sue}), passwords_from("seed"), break_glass=frozenset({"sue"}))
seen += [is_first_time(), accounts()]
sync(People(by_id={"sam": sam, "sue": sue}), passwords_from("seed"))
seen.append(accounts())
promoted = Person(id="sam", name="Sam Sage", auditor=True)
sync(People(by_id={"sam": promoted}), passwords_from("another seed"))
seen.append(accounts())
prepare_databases(os.environ["SLIPWAY_DATABASE_URL"])
print(json.dumps(seen))
"""


@pytest.fixture(scope="module")
def told(postgres: object, tmp_path_factory: pytest.TempPathFactory) -> list[dict[str, list[object]]]:
    """What the accounts were: first time before and after, then after each of three syncs."""
    home = tmp_path_factory.mktemp("airflow home")
    kept = {k: v for k, v in os.environ.items() if not k.startswith("AIRFLOW__")}
    variables = {
        **kept,
        "PYTHONPATH": str(PROJECT / "include"),
        "AIRFLOW_HOME": str(home),
        "AIRFLOW__CORE__LOAD_EXAMPLES": "False",
        "AIRFLOW__CORE__AUTH_MANAGER": "slipway.airflow_edge.auth_manager.SlipwayAuthManager",
        "AIRFLOW__DATABASE__SQL_ALCHEMY_CONN": postgres.create_database("people_airflow"),  # type: ignore[attr-defined]
        "SLIPWAY_DATABASE_URL": postgres.create_database("people_release"),  # type: ignore[attr-defined]
    }
    script = Path(home) / "script.py"
    script.write_text(SCRIPT)
    done = subprocess.run(
        [sys.executable, str(script)], env=variables, capture_output=True, text=True, check=False, cwd=home
    )
    assert done.returncode == 0, done.stderr[-3000:]
    seen: list[dict[str, list[object]]] = json.loads(done.stdout.splitlines()[-1])
    return seen


def test_the_first_time_is_known_as_such(told: list[object]) -> None:
    assert told[:2] == [True, False]


def test_people_and_machines_get_their_roles(told: list[dict[str, list[object]]]) -> None:
    roles = {name: facts[1] for name, facts in told[3].items()}
    assert roles == {
        "sam": ["Approver", "Releaser", "SlipwayReader"],
        "sue": ["Approver", "Releaser", "SlipwayReader"],
        "platform": ["Platform", "SlipwayReader"],
        "pipeline": ["Pipeline", "SlipwayReader"],
    }


def test_break_glass_lasts_only_as_long_as_it_is_named(told: list[dict[str, list[object]]]) -> None:
    assert "BreakGlass" in told[2]["sue"][1]  # type: ignore[operator]
    assert "BreakGlass" not in told[3]["sue"][1]  # type: ignore[operator]


def test_a_leaver_loses_account_and_roles(told: list[dict[str, list[object]]]) -> None:
    assert told[4]["sue"][:2] == [False, []]


def test_a_change_of_role_takes_the_old_one_away(told: list[dict[str, list[object]]]) -> None:
    assert told[4]["sam"][:2] == [True, ["Auditor", "SlipwayReader"]]


def test_a_persons_password_is_left_alone_and_a_machines_follows_its_secret(
    told: list[dict[str, list[object]]],
) -> None:
    assert told[4]["sam"][2] == told[3]["sam"][2]
    assert told[4]["platform"][2] != told[3]["platform"][2]
