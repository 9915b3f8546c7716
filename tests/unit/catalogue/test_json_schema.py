"""The published JSON Schema is current, and editors that use it agree with us."""

import json
from pathlib import Path

import jsonschema
import pytest
import yaml

from slipway.catalogue.json_schema import MODELS, allowed_fields, allowed_values, schema_of, schema_text, sections_with
from slipway.catalogue.platform_file import PlatformModel
from slipway.catalogue.service_file import ServiceModel

ROOT = Path(__file__).parents[3]


@pytest.mark.parametrize("name", MODELS)
def test_the_committed_schema_is_current(name: str) -> None:
    committed = (ROOT / "docs" / "reference" / "schema" / f"{name}.json").read_text()

    assert committed == schema_text(name), "run: slipway catalogue schema --write docs/reference/schema"


@pytest.mark.parametrize(
    ("name", "file"),
    [
        ("platform", "platform.yaml"),
        ("people", "people.yaml"),
        ("service", "services/orders.yaml"),
        ("service", "services/forms.yaml"),
        ("service", "services/greeter.yaml"),
    ],
)
def test_the_demo_catalogue_fits_the_schema(demo: Path, name: str, file: str) -> None:
    data = json.loads(json.dumps(yaml.safe_load((demo / file).read_text())))

    jsonschema.Draft202012Validator(schema_of(MODELS[name])).validate(data)


def test_the_schema_refuses_an_unknown_field(demo: Path) -> None:
    data = yaml.safe_load((demo / "services" / "orders.yaml").read_text()) | {"teem": "ordering"}

    with pytest.raises(jsonschema.ValidationError, match="teem"):
        jsonschema.Draft202012Validator(schema_of(ServiceModel)).validate(data)


def test_a_name_is_known_by_the_sections_below_a_place() -> None:
    assert sections_with(PlatformModel, (), "closed_days") == (("window",),)
    assert sections_with(PlatformModel, (), "connection") == (("artefact_sources", "github"),)
    assert sections_with(ServiceModel, (), "checks") == (("smoke",), ("watch",))
    assert sections_with(PlatformModel, (), "opens") == (), "each day of the week knows it"


def test_what_is_allowed_at_a_place_comes_from_the_schema() -> None:
    assert allowed_fields(ServiceModel, ("stages",)) == ("dev", "preprod", "prod")
    kinds = allowed_values(ServiceModel, ("stages", "prod", "target", "kind"))
    assert kinds == ("local_process", "command", "http")
    assert allowed_values(ServiceModel, ("description",)) == ()
