"""Headlines: fast, and never in the way."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from slipway.catalogue.files import service_names, stray_files
from slipway.catalogue.headline import ServiceHeadline, headline
from slipway.catalogue.load import load_catalogue


def test_headlines_say_what_the_full_catalogue_says(demo: Path) -> None:
    for name, service in load_catalogue(demo).services.items():
        assert headline(demo, name) == ServiceHeadline(
            name=name,
            team=service.team,
            description=service.description,
            nightly=service.nightly,
            product_owner=service.product_owner,
        )


@pytest.mark.parametrize(
    "text",
    [
        "",
        "{{{",
        "- a\n- b\n",
        "a: [",
        "team: [x]\n",
        "team: tea\n",
        'team: t\ndescription: d\nnightly: "61 * * * *"\n',
    ],
)
def test_a_broken_file_still_has_its_name(folder: Path, text: str) -> None:
    (folder / "services" / "orders.yaml").write_text(text)

    line = headline(folder, "orders")

    assert line.name == "orders"
    assert line.nightly is None
    assert not line.ok


def test_a_file_that_is_gone_still_has_its_name(folder: Path) -> None:
    assert headline(folder, "gone") == ServiceHeadline(name="gone", ok=False)


@given(content=st.binary(max_size=200))
def test_no_content_whatever_makes_it_raise(tmp_path_factory: pytest.TempPathFactory, content: bytes) -> None:
    folder = tmp_path_factory.mktemp("catalogue")
    (folder / "services").mkdir()
    (folder / "services" / "x.yaml").write_bytes(content)

    assert headline(folder, "x").name == "x"


def test_nested_fields_of_the_same_name_are_not_taken_for_the_services_own(folder: Path) -> None:
    text = "smoke: {team: wrong, x: [{description: wrong}]}\nteam: right\ndescription: right\n"
    (folder / "services" / "orders.yaml").write_text(text)

    line = headline(folder, "orders")

    assert (line.team, line.description, line.ok) == ("right", "right", True)


def test_names_come_from_file_names_alone(folder: Path) -> None:
    for file in ("Big.yaml", "x.yml", ".hidden.yaml", "a--b.yaml"):
        (folder / "services" / file).write_text("{{{")

    assert service_names(folder) == ["forms", "greeter", "orders"]
    assert stray_files(folder) == ["services/Big.yaml", "services/a--b.yaml", "services/x.yml"]


def test_a_folder_without_services_has_no_names(tmp_path: Path) -> None:
    assert service_names(tmp_path) == []
