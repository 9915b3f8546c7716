"""The governed part of a catalogue: read whole to be proposed, and watched file by file."""

import shutil
from pathlib import Path

import pytest

from slipway.adapters.catalogue_policy import CatalogueWatch, read_policy
from slipway.adapters.database import codec
from slipway.catalogue.problems import CatalogueError
from slipway.domain.governed import Ownership

DEMO = Path(__file__).parents[3] / "include" / "catalogue"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return Path(shutil.copytree(DEMO, tmp_path / "catalogue"))


def replace_in(file: Path, old: str, new: str) -> None:
    text = file.read_text(encoding="utf-8")
    assert old in text
    file.write_text(text.replace(old, new), encoding="utf-8")


def test_who_owns_a_service_is_governed_and_the_rest_of_its_file_is_not(folder: Path) -> None:
    before = read_policy(folder)
    assert before.services["orders"] == Ownership(team="ordering", product_owner="pat")
    orders = folder / "services" / "orders.yaml"
    replace_in(orders, "deadline_seconds: 30", "deadline_seconds: 31")
    assert read_policy(folder).digest == before.digest
    replace_in(orders, "product_owner: pat\n", "")
    assert read_policy(folder).digest != before.digest


def test_a_policy_comes_back_from_the_database_with_the_same_name() -> None:
    policy = read_policy(DEMO)
    digest = policy.digest
    again = codec.governed(codec.dump(policy))
    assert (again, again.digest) == (policy, digest)


def test_the_watch_sees_what_a_proposal_would(folder: Path) -> None:
    watch = CatalogueWatch()
    assert watch(folder) == read_policy(folder)
    replace_in(folder / "people.yaml", "Sam Sage", "Samuel Sage")
    (folder / "services" / "greeter.yaml").unlink()
    assert watch(folder) == read_policy(folder)


def test_where_nothing_changed_it_is_the_same_value(folder: Path) -> None:
    watch = CatalogueWatch()
    assert watch(folder) is watch(folder)


def test_a_service_whose_file_is_broken_is_as_it_was(folder: Path) -> None:
    watch = CatalogueWatch()
    before = watch(folder)
    orders = folder / "services" / "orders.yaml"
    text = orders.read_text(encoding="utf-8")
    orders.write_text("team: [", encoding="utf-8")
    assert watch(folder) == before
    assert "orders" not in CatalogueWatch()(folder).services
    orders.write_text(text.replace("team: ordering", "team: forms"), encoding="utf-8")
    assert watch(folder).services["orders"].team == "forms"


def test_broken_people_or_rules_are_told(folder: Path) -> None:
    watch = CatalogueWatch()
    watch(folder)
    (folder / "people.yaml").write_text("people: {", encoding="utf-8")
    for _ in range(2):
        with pytest.raises(CatalogueError, match=r"people\.yaml"):
            watch(folder)
