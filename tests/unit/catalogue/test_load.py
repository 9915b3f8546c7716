"""Loading a right catalogue, whole and in parts."""

from collections.abc import Callable
from pathlib import Path

import pytest
import yaml

from slipway.adapters.targets.registry import TARGETS, Registry
from slipway.catalogue.load import load_catalogue, load_one, load_people, load_platform, load_service
from slipway.catalogue.problems import CatalogueError
from slipway.catalogue.stage_models import TargetKind
from slipway.catalogue.target_options import READERS
from slipway.domain.errors import NotFoundError
from slipway.domain.people import TeamRole
from slipway.domain.platform import Action, Party
from slipway.domain.release_window import DayWindow, Weekday
from slipway.domain.service import CopyStrategy, RehearsalSettings, StageRole

Edit = Callable[[str, str, str], None]


def test_the_demo_catalogue_is_right(demo: Path) -> None:
    catalogue = load_catalogue(demo)

    assert set(catalogue.services) == {"orders", "forms", "greeter"}
    assert catalogue.platform.time_zone == "Europe/London"


def test_the_demo_is_open_day_and_night(demo: Path) -> None:
    window = load_platform(demo).window

    assert window.days == {day: DayWindow(opens=0, closes=1440) for day in Weekday}


def test_every_action_has_its_rule(demo: Path) -> None:
    assert set(load_platform(demo).authority) == set(Action)


def test_sign_off_differs_from_requester_and_authoriser_and_one_is_of_the_team(demo: Path) -> None:
    rule = load_platform(demo).rule("sign_off_prod")

    assert rule.differs_from == {Party.REQUESTER, Party.AUTHORISER}
    assert rule.one_of_own_team == {Party.AUTHORISER}


def test_every_team_of_the_demo_has_two_of_each_role(demo: Path) -> None:
    catalogue = load_catalogue(demo)

    for team in catalogue.teams:
        roles = sorted(p.teams[team].value for p in catalogue.people.by_id.values() if team in p.teams)
        assert roles == ["manager", "manager", "releaser", "releaser", "senior", "senior"]


def test_the_checks_are_the_same_in_every_environment(demo: Path) -> None:
    stages = load_service(demo, "orders").stages.values()

    suites = [stage.smoke for stage in stages if stage.smoke]
    assert len(suites) == 3
    assert all(suite.checks == suites[0].checks for suite in suites)
    assert len({suite.url for suite in suites}) == 3


def test_a_service_without_dev_says_why_and_who_agreed(demo: Path) -> None:
    forms = load_service(demo, "forms")

    dev = forms.stages[StageRole.DEV]
    assert dev.not_applicable is not None
    assert dev.not_applicable.agreed_by == "fiona"
    assert forms.nightly is None
    assert forms.stages[StageRole.PREPROD].environment == "qa"
    assert forms.stages[StageRole.PROD].environment == "live"


def test_each_stage_gets_the_settings_of_rehearsals_with_its_own_prepared_copy(folder: Path) -> None:
    file = folder / "services" / "orders.yaml"
    document = yaml.safe_load(file.read_text())
    document["migrations"] = {
        "rehearsal": {"strategy": "replica", "sample_rows": 7, "may_differ": {"orders.updated_at": "a trigger"}}
    }
    for role in ("preprod", "prod"):
        document["stages"][role]["replica"] = f"orders_{role}_copy"
    file.write_text(yaml.safe_dump(document))
    for role in (StageRole.PREPROD, StageRole.PROD):
        settings = load_service(folder, "orders").stages[role].migrations
        assert settings is not None
        assert settings.rehearsal == RehearsalSettings(
            copy=CopyStrategy.REPLICA,
            sample_rows=7,
            replica=f"orders_{role}_copy",
            may_differ={"orders.updated_at": "a trigger"},
        )


@pytest.mark.parametrize("name", ["orders", "forms", "greeter"])
def test_one_service_alone_is_what_it_is_in_the_whole(demo: Path, name: str) -> None:
    whole, one = load_catalogue(demo), load_one(demo, name)

    assert one.services == {name: whole.services[name]}
    assert (one.platform, one.people, one.teams) == (whole.platform, whole.people, whole.teams)
    assert load_service(demo, name) == whole.services[name]


def test_a_broken_neighbour_does_not_stop_a_service(folder: Path) -> None:
    (folder / "services" / "greeter.yaml").write_text("{{{")

    assert load_one(folder, "orders").services["orders"].team == "ordering"
    with pytest.raises(CatalogueError, match=r"greeter\.yaml:2"):
        load_catalogue(folder)


def test_an_unknown_service_is_told_the_nearest_name(demo: Path) -> None:
    with pytest.raises(NotFoundError, match="did you mean orders"):
        load_one(demo, "order")


def test_a_path_is_no_service(demo: Path) -> None:
    with pytest.raises(NotFoundError):
        load_service(demo, "../people")


def test_a_missing_folder_says_which_and_what_to_set(tmp_path: Path) -> None:
    with pytest.raises(CatalogueError, match="SLIPWAY_CATALOGUE"):
        load_catalogue(tmp_path / "nowhere")


def test_problems_of_one_file_are_told_by_its_own_loader(folder: Path, edit: Edit) -> None:
    edit("platform.yaml", "time_zone: Europe/London", "time_zone: Europe/Londn")
    edit("people.yaml", "teams: {ordering: releaser}", "teams: {ordring: releaser}")

    with pytest.raises(CatalogueError, match="Londn"):
        load_platform(folder)
    with pytest.raises(CatalogueError, match="did you mean ordering"):
        load_people(folder)


def test_people_have_their_roles_and_duties(demo: Path) -> None:
    people = load_people(demo).by_id

    assert people["sam"].teams == {"ordering": TeamRole.SENIOR}
    assert people["lena"].second_line
    assert people["audrey"].auditor
    assert people["piet"].platform_engineer


def test_the_kinds_of_targets_are_those_of_the_registry() -> None:
    assert {kind.value for kind in TargetKind} == set(TARGETS) == set(READERS)


def test_every_target_of_the_demo_can_be_made(demo: Path, tmp_path: Path) -> None:
    registry = Registry(tmp_path)
    targets = [s.target for one in load_catalogue(demo).services.values() for s in one.stages.values()]

    made = [registry.target(settings) for settings in targets if settings is not None]

    assert len(made) == 8


STAND_IN = """stand_ins:
  - environment: qa
    url: http://127.0.0.1:18104
    target: {kind: local_process, options: {port: 18104}}
    database: orders_qa_db

stages:
"""


def test_a_stand_in_is_a_stage_in_preprods_place(folder: Path, edit: Edit) -> None:
    edit("services/orders.yaml", "stages:\n", STAND_IN)
    orders = load_one(folder, "orders").services["orders"]
    (stand_in,) = orders.stand_ins
    assert (stand_in.role, stand_in.environment) == (StageRole.PREPROD, "qa")
    assert stand_in.migrations is not None
    assert orders.proven_in("qa").stages[StageRole.PREPROD] == stand_in
    assert orders.proven_in("qa").stages[StageRole.PROD] == orders.stages[StageRole.PROD]
    assert orders.proven_in(None) == orders
