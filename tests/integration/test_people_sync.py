"""Accounts and roles in a real Airflow database follow the policy in effect, from the first start on."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from slipway.platform.home import PROJECT
from slipway.platform.postgres import EmbeddedPostgres

pytestmark = pytest.mark.airflow
Told = dict[str, Any]
SCRIPT = """
import json, os
from airflow import settings
from airflow.providers.fab.auth_manager.cli_commands.utils import get_application_builder
from slipway.airflow_edge import sync_accounts
from slipway.airflow_edge.people_sync import sync
from airflow.models.pool import Pool
from slipway.airflow_edge.prepare import dev_slots, prepare_databases, prepare_pools
from slipway.domain.governed import Governed
from slipway.domain.people import People, Person, TeamRole
from slipway.use_cases.sync_accounts import accounts_are_behind
from slipway.wiring import make_store
from tests.builders import platform_rules

def accounts():
    with get_application_builder() as builder:
        builder.sm.session.expire_all()
        return {
            user.username: [bool(user.active), sorted(role.name for role in user.roles), user.password]
            for user in builder.sm.get_all_users()
        }

def activate(*people):
    everybody = People(by_id={person.id: person for person in people})
    with make_store().transaction() as tx:
        tx.policies.activate(Governed(platform=platform_rules(), people=everybody), "mona", "a test")

def follow():
    behind = accounts_are_behind(make_store())
    return [behind, str(sync_accounts.follow_policy()), accounts_are_behind(make_store())]

sam = Person(id="sam", name="Sam Sage", teams={"a": TeamRole.RELEASER})
sue = Person(id="sue", name="Sue Stone", teams={"a": TeamRole.SENIOR})
first = sync_accounts.load_people = lambda folder: People(by_id={"sam": sam, "sue": sue})
os.environ[sync_accounts.VARIABLE] = "seed"
prepare_databases(os.environ["SLIPWAY_DATABASE_URL"])
seen = {"first": follow()}
seen["first accounts"] = accounts()
sync(first(None), sync_accounts.passwords_from("seed"), break_glass=frozenset({"sue"}))
seen["break glass"] = accounts()
activate(sam, sue)
seen["the same people"] = [accounts_are_behind(make_store())]
seen["break glass is over"] = follow()
seen["as first"] = accounts()
os.environ[sync_accounts.VARIABLE] = "another seed"
activate(Person(id="sam", name="Sam Sage", auditor=True))
seen["a leaver"] = follow()
seen["without her"] = accounts()
seen["again"] = follow()
with make_store().transaction() as tx:
    seen["log"] = [dict(row) for row in tx.sql.all("SELECT kind, actor, payload::text FROM log ORDER BY seq")]
prepare_databases(os.environ["SLIPWAY_DATABASE_URL"])
with make_store().transaction() as tx:
    tx.policies.activate(Governed(platform=platform_rules(dev_slots=7), people=People(by_id={})), "mona", "a test")
prepare_pools(dev_slots())
settings.engine.dispose()
with settings.engine.connect() as connection:
    asked = "SHOW idle_in_transaction_session_timeout"
    seen["abandoned after"] = connection.exec_driver_sql(asked).scalar_one()
seen["dev slots"] = Pool.get_pool("dev_slots").slots
print(json.dumps(seen))
"""


@pytest.fixture(scope="module")
def told(postgres: EmbeddedPostgres, tmp_path_factory: pytest.TempPathFactory) -> Told:
    """What was said and what the accounts were, step by step."""
    home = tmp_path_factory.mktemp("airflow home")
    kept = {k: v for k, v in os.environ.items() if not k.startswith("AIRFLOW__")}
    variables = {
        **kept,
        "PYTHONPATH": f"{PROJECT / 'include'}:{PROJECT}",
        "SLIPWAY_CATALOGUE": "not read",
        "AIRFLOW_HOME": str(home),
        "AIRFLOW__CORE__LOAD_EXAMPLES": "False",
        "AIRFLOW__CORE__AUTH_MANAGER": "slipway.airflow_edge.auth_manager.SlipwayAuthManager",
        "AIRFLOW__DATABASE__SQL_ALCHEMY_CONN": postgres.create_database("people_airflow"),
        "SLIPWAY_DATABASE_URL": postgres.create_database("people_release"),
    }
    script = Path(home) / "script.py"
    script.write_text(SCRIPT)
    done = subprocess.run(
        [sys.executable, str(script)], env=variables, capture_output=True, text=True, check=False, cwd=home
    )
    assert done.returncode == 0, done.stderr[-3000:]
    seen: Told = json.loads(done.stdout.splitlines()[-1])
    return seen


def test_before_any_activation_the_people_are_the_catalogues(told: Told) -> None:
    assert told["first"] == [False, "made: pipeline, platform, sam, sue", False]
    assert {name: facts[1] for name, facts in told["first accounts"].items()} == {
        "sam": ["Approver", "Releaser", "SlipwayReader"],
        "sue": ["Approver", "Releaser", "SlipwayReader"],
        "platform": ["Platform", "SlipwayReader"],
        "pipeline": ["Pipeline", "SlipwayReader"],
    }


def test_the_bootstrap_of_the_same_people_asks_for_nothing(told: Told) -> None:
    assert told["the same people"] == [False]


def test_break_glass_lasts_only_as_long_as_it_is_named(told: Told) -> None:
    assert "BreakGlass" in told["break glass"]["sue"][1]
    assert told["break glass is over"] == [False, "changed: sue", False]
    assert "BreakGlass" not in told["as first"]["sue"][1]


def test_an_activation_leaves_the_accounts_behind_until_they_follow(told: Told) -> None:
    """Not the files: what `load_people` reads still has both of them."""
    assert told["a leaver"] == [True, "changed: sam; closed: sue", False]
    assert told["again"] == [False, "nothing to change", False]


def test_a_leaver_loses_account_and_roles(told: Told) -> None:
    assert told["without her"]["sue"][:2] == [False, []]


def test_a_change_of_role_takes_the_old_one_away(told: Told) -> None:
    assert told["without her"]["sam"][:2] == [True, ["Auditor", "SlipwayReader"]]


def test_what_was_done_is_in_the_log(told: Told) -> None:
    entries = [json.loads(entry["payload"]) for entry in told["log"]]
    assert {(entry["kind"], entry["actor"]) for entry in told["log"]} == {("accounts_synced", "platform")}
    assert [entry["closed"] for entry in entries] == [[], [], ["sue"]]


def test_a_persons_password_is_left_alone_and_a_machines_follows_its_secret(told: Told) -> None:
    assert told["without her"]["sam"][2] == told["as first"]["sam"][2]
    assert told["without her"]["platform"][2] != told["as first"]["platform"][2]


def test_as_many_services_deploy_to_dev_at_once_as_the_policy_in_effect_says(told: Told) -> None:
    assert told["dev slots"] == 7


def test_a_transaction_that_a_killed_scheduler_left_behind_ends_by_itself(told: Told) -> None:
    assert told["abandoned after"] == "1min"
