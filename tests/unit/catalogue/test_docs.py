"""The how-to is true: its example is a service that the catalogue accepts."""

import re
from pathlib import Path
from textwrap import dedent

from slipway.catalogue.load import load_catalogue

HOW_TO = Path(__file__).parents[3] / "docs" / "how-to" / "add-a-service.md"


def test_the_example_of_the_how_to_is_a_right_service(folder: Path) -> None:
    example = re.search(r"^ *```yaml\n(.*?)^ *```", HOW_TO.read_text(), re.DOTALL | re.MULTILINE)
    assert example is not None

    (folder / "services" / "invoices.yaml").write_text(dedent(example[1]))

    assert load_catalogue(folder).services["invoices"].nightly == "30 2 * * *"
