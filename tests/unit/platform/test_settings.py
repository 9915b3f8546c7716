"""One place for settings: processes, compose file and what the caller has already set."""

import re
from collections.abc import Mapping
from pathlib import Path

import pytest
import yaml
from sqlalchemy import make_url

from slipway.adapters.database.rights import DECIDED_BY_PEOPLE
from slipway.airflow_edge.gate import AT_ONCE
from slipway.platform import compose
from slipway.platform.errors import PlatformError
from slipway.platform.home import Home, Secrets, load_secrets
from slipway.platform.place import Place, current_place
from slipway.platform.postgres import MAX_CONNECTIONS
from slipway.platform.processes import PROGRAMS
from slipway.platform.settings import AUTH_MANAGER, environment, settings

AIRFLOWS_POOL = 5
"""What Airflow keeps open where nothing else is said."""


@pytest.fixture
def secrets(tmp_path: Path) -> Secrets:
    home = Home(tmp_path / "home")
    home.create()
    return load_secrets(home)


def _place(monkeypatch: pytest.MonkeyPatch, variables: Mapping[str, str]) -> Place:
    for name in ("SLIPWAY_DATABASE_URL", "AIRFLOW__DATABASE__SQL_ALCHEMY_CONN", "SLIPWAY_PORT"):
        monkeypatch.delenv(name, raising=False)
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    return current_place()


def test_there_are_connections_for_all_requests_that_are_let_in_and_for_tasks(
    monkeypatch: pytest.MonkeyPatch, secrets: Secrets
) -> None:
    made = settings(_place(monkeypatch, {}), secrets)
    allowed = AIRFLOWS_POOL + int(made["AIRFLOW__DATABASE__SQL_ALCHEMY_MAX_OVERFLOW"])
    assert 2 * AT_ONCE + int(made["AIRFLOW__CORE__PARALLELISM"]) < allowed < MAX_CONNECTIONS / 2


def test_airflow_does_not_write_rights_of_every_single_dag() -> None:
    """It does so where it reads this name; a thousand services would take minutes."""
    assert "FabAuthManager" not in AUTH_MANAGER


def test_the_log_does_not_grow_by_lines_about_each_unchanged_dag(
    monkeypatch: pytest.MonkeyPatch, secrets: Secrets
) -> None:
    levels = environment(_place(monkeypatch, {}), secrets)["AIRFLOW__LOGGING__NAMESPACE_LEVELS"].split()
    assert "airflow.models.dag=WARNING" in levels
    assert all(level.startswith("airflow.") for level in levels)


def test_without_a_server_named_postgres_is_embedded(monkeypatch: pytest.MonkeyPatch) -> None:
    assert _place(monkeypatch, {}).embedded


def test_where_servers_are_named_nothing_embedded_starts(monkeypatch: pytest.MonkeyPatch, secrets: Secrets) -> None:
    ours, theirs = "postgresql+psycopg2://db/slipway", "postgresql+psycopg2://db/airflow"
    variables = {"SLIPWAY_DATABASE_URL": ours, "AIRFLOW__DATABASE__SQL_ALCHEMY_CONN": theirs}
    place = _place(monkeypatch, variables)
    assert not place.embedded
    assert settings(place, secrets).items() >= variables.items()


def test_naming_one_server_and_not_the_other_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(PlatformError, match="AIRFLOW__DATABASE__SQL_ALCHEMY_CONN is not set"):
        _place(monkeypatch, {"SLIPWAY_DATABASE_URL": "postgresql+psycopg2://db/slipway"})


@pytest.mark.parametrize("port", ["http", "0", "70000", "-1"])
def test_a_port_that_is_none_is_refused(monkeypatch: pytest.MonkeyPatch, port: str) -> None:
    with pytest.raises(PlatformError, match="SLIPWAY_PORT"):
        _place(monkeypatch, {"SLIPWAY_PORT": port})


@pytest.mark.parametrize(("services", "seconds"), [(3, "30"), (100, "30"), (1_000, "300")])
def test_the_more_services_the_longer_the_dag_processor_rests(
    monkeypatch: pytest.MonkeyPatch, secrets: Secrets, tmp_path: Path, services: int, seconds: str
) -> None:
    (tmp_path / "services").mkdir()
    for number in range(services):
        (tmp_path / "services" / f"idle-{number}.yaml").touch()
    place = _place(monkeypatch, {"SLIPWAY_CATALOGUE": str(tmp_path)})
    assert settings(place, secrets)["AIRFLOW__DAG_PROCESSOR__MIN_FILE_PROCESS_INTERVAL"] == seconds


def test_what_the_caller_has_set_wins(monkeypatch: pytest.MonkeyPatch, secrets: Secrets) -> None:
    place = _place(monkeypatch, {"AIRFLOW__CORE__PARALLELISM": "3"})
    assert settings(place, secrets)["AIRFLOW__CORE__PARALLELISM"] == "3"


def test_copies_of_databases_are_made_on_the_embedded_server_unless_another_is_named(
    monkeypatch: pytest.MonkeyPatch, secrets: Secrets
) -> None:
    monkeypatch.delenv("SLIPWAY_SCRATCH_URL", raising=False)
    place = _place(monkeypatch, {})
    embedded = make_url(environment(place, secrets)["SLIPWAY_SCRATCH_URL"])
    assert environment(place, secrets)["SLIPWAY_SCRATCH_SHARED"] == "yes"
    assert (embedded.database, embedded.query) == ("postgres", make_url(place.release_database_url).query)

    named = {"SLIPWAY_SCRATCH_URL": "postgresql+psycopg2://x@elsewhere/postgres"}
    elsewhere = environment(_place(monkeypatch, named), secrets)
    assert elsewhere.items() >= named.items()
    assert "SLIPWAY_SCRATCH_SHARED" not in elsewhere, "a server that somebody names is another one"


def test_only_those_who_sign_in_get_the_secret_of_passwords(monkeypatch: pytest.MonkeyPatch, secrets: Secrets) -> None:
    place = _place(monkeypatch, {})
    assert "SLIPWAY_PASSWORD_SEED" not in environment(place, secrets)
    assert environment(place, secrets, signs_in=True)["SLIPWAY_PASSWORD_SEED"] == secrets.password_seed


def test_in_containers_each_process_has_its_own_role_in_the_release_database() -> None:
    services = yaml.safe_load(compose.render())["services"]
    urls = {
        name: service["environment"]["SLIPWAY_DATABASE_URL"] for name, service in services.items() if name != "postgres"
    }
    assert {name: make_url(url).username for name, url in urls.items()} == {
        "prepare": "postgres",
        "api-server": "slipway_api",
        "scheduler": "slipway_task",
        "dag-processor": "slipway_task",
        "triggerer": "slipway_task",
        "reconciler": "slipway_reconciler",
        "announcer": "slipway_reconciler",
    }


def test_in_containers_nobody_but_the_server_and_what_prepares_it_knows_the_owners_password() -> None:
    services = yaml.safe_load(compose.render())["services"]
    assert {name for name, service in services.items() if "SLIPWAY_DB_PASSWORD" in str(service)} == {
        "postgres",
        "prepare",
    }


def test_the_server_makes_every_role_with_a_password_of_its_own() -> None:
    first_start = yaml.safe_load(compose.render())["configs"]["databases"]["content"]
    made = dict(re.findall(r"CREATE ROLE (\w+) LOGIN PASSWORD '\$\{(\w+):", first_start))
    assert made.keys() == {"airflow", *DECIDED_BY_PEOPLE}
    assert len(set(made.values())) == len(made)


def test_the_compose_file_is_current() -> None:
    compose.check()


def test_a_stale_compose_file_is_told_with_the_command_that_mends_it(tmp_path: Path) -> None:
    stale = tmp_path / "docker-compose.yaml"
    stale.write_text("services: {}\n")
    with pytest.raises(PlatformError, match="Run: make docs"):
        compose.check(stale)


def test_the_compose_file_runs_every_process_with_the_same_settings(
    monkeypatch: pytest.MonkeyPatch, secrets: Secrets
) -> None:
    text = compose.render()
    for program in PROGRAMS:
        assert f"\n  {program.name}:\n" in text
    for name in settings(_place(monkeypatch, {}), secrets):
        assert text.count(f" {name}: ") == len(PROGRAMS) + 1


def test_only_the_api_server_gets_the_secret_of_the_sign_in_provider(
    monkeypatch: pytest.MonkeyPatch, secrets: Secrets
) -> None:
    monkeypatch.setenv("SLIPWAY_OIDC_CLIENT_SECRET", "shared with the provider")
    place = _place(monkeypatch, {})
    holders = [
        program.name
        for program in PROGRAMS
        if "SLIPWAY_OIDC_CLIENT_SECRET"
        in environment(place, secrets, signs_in=program.signs_in, lets_people_in=program.lets_people_in)
    ]
    assert holders == ["api-server"]


def test_in_containers_whoever_reaches_out_has_connections_mirrors_and_git_and_nobody_else() -> None:
    services = yaml.safe_load(compose.render())["services"]
    given = {
        name: (
            service.get("env_file"),
            [volume for volume in service.get("volumes", ()) if volume.endswith(":/srv:ro")],
        )
        for name, service in services.items()
        if "env_file" in service or ":/srv:ro" in str(service)
    }
    same = ([{"path": "connections.env", "required": False}], ["${SLIPWAY_MIRRORS:-mirrors}:/srv:ro"])
    assert given == dict.fromkeys(("api-server", "scheduler", "reconciler", "announcer"), same)
    assert "install --yes --no-install-recommends git " in services["prepare"]["build"]["dockerfile_inline"]


def test_on_this_machine_every_process_has_the_connections_that_the_caller_set(
    monkeypatch: pytest.MonkeyPatch, secrets: Secrets
) -> None:
    monkeypatch.setenv("AIRFLOW_CONN_GITHUB_DEFAULT", "http://token@api.github.example")
    place = _place(monkeypatch, {})
    for program in PROGRAMS:
        if program.reaches_out:
            assert "AIRFLOW_CONN_GITHUB_DEFAULT" in environment(place, secrets, signs_in=program.signs_in)


def test_the_file_with_connections_is_never_committed() -> None:
    assert compose.CONNECTIONS_FILE in (compose.PROJECT / ".gitignore").read_text().splitlines()
