"""What the cross-check reads of paused DAGs and pools, in a database as Airflow itself makes it."""

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
SCRIPT = """
import json
from datetime import UTC, datetime
from airflow.models.dag import DagModel
from airflow.models.dagbundle import DagBundleModel
from airflow.models.pool import Pool
from airflow.utils import db
from airflow.utils.session import create_session
from slipway.airflow_edge.prepare import prepare_pools
from slipway.console.airflow_memory import read_airflow

def look():
    facts = read_airflow(datetime.now(tz=UTC), [])
    return {"paused": facts.paused, "pools": facts.pools}

db.upgradedb()
seen = {"before the first start": look()}
prepare_pools(4)
with create_session() as session:
    session.add(DagBundleModel(name="dags"))
    session.flush()
    for dag_id, paused, stale in (
        ("release__orders", True, False), ("audit_live", False, False), ("release__gone", True, True),
        ("dev__orders", True, False),
    ):
        session.add(DagModel(dag_id=dag_id, is_paused=paused, is_stale=stale, bundle_name="dags"))
seen["as it was left"] = look()
with create_session() as session:
    session.get(DagModel, "release__orders").is_paused = False
    Pool.create_or_update_pool("dev_slots", slots=0, description="", include_deferred=False, session=session)
    Pool.create_or_update_pool("somebodys", slots=9, description="", include_deferred=False, session=session)
seen["later"] = look()
print(json.dumps(seen))
"""


@pytest.fixture(scope="module")
def seen(postgres: EmbeddedPostgres, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    home = tmp_path_factory.mktemp("airflow home")
    variables = {
        **{name: value for name, value in os.environ.items() if not name.startswith("AIRFLOW__")},
        "PYTHONPATH": f"{PROJECT / 'include'}:{PROJECT}",
        "AIRFLOW_HOME": str(home),
        "AIRFLOW__CORE__LOAD_EXAMPLES": "False",
        "AIRFLOW__DATABASE__SQL_ALCHEMY_CONN": postgres.create_database("memory_airflow"),
    }
    script = Path(home) / "script.py"
    script.write_text(SCRIPT)
    done = subprocess.run(
        [sys.executable, str(script)], env=variables, capture_output=True, text=True, check=False, cwd=home
    )
    assert done.returncode == 0, done.stderr[-3000:]
    told: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return told


def test_dags_that_are_there_and_paused_are_read(seen: dict[str, Any]) -> None:
    assert seen["as it was left"]["paused"] == ["dev__orders", "release__orders"]
    assert seen["later"]["paused"] == ["dev__orders"]


def test_the_platforms_own_pools_are_read_with_their_size(seen: dict[str, Any]) -> None:
    assert seen["before the first start"] == {"paused": [], "pools": {}}
    assert seen["as it was left"]["pools"] == {"release_slot": 1, "dev_slots": 4}
    assert seen["later"]["pools"] == {"release_slot": 1, "dev_slots": 0}
