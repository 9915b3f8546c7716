"""What changes the policy that grants rest on, and what must not."""

from collections.abc import Callable
from pathlib import Path

import pytest

from slipway.catalogue.effective_policy import effective_policy
from slipway.catalogue.load import load_one
from slipway.domain.errors import NotFoundError
from slipway.domain.service import policy_hash

Edit = Callable[[str, str, str], None]


def hash_of(folder: Path, service: str = "orders", environment: str = "prod") -> str:
    catalogue = load_one(folder, service)
    return policy_hash(effective_policy(catalogue, catalogue.services[service], environment))


@pytest.mark.parametrize(
    ("file", "old", "new"),
    [
        ("platform.yaml", "bank_holidays: []", "bank_holidays: [2026-12-25]"),
        ("platform.yaml", "dev_slots: 4", "dev_slots: 8"),
        ("people.yaml", "teams: {forms: senior}", "teams: {forms: manager}"),
        ("people.yaml", "  luke:", "  lara: {name: Lara, second_line: true}\n  luke:"),
        ("people.yaml", "name: Sam Sage", "name: Sam Sagely"),
        ("services/forms.yaml", "description: Shows", "description: Draws and shows"),
        ("platform.yaml", "label: Prod}", "label: Production}"),
    ],
)
def test_what_concerns_others_leaves_the_policy_alone(folder: Path, edit: Edit, file: str, old: str, new: str) -> None:
    before = hash_of(folder)

    edit(file, old, new)

    assert hash_of(folder) == before


@pytest.mark.parametrize(
    ("file", "old", "new"),
    [
        ("people.yaml", "teams: {ordering: senior}", "teams: {ordering: releaser}"),
        ("people.yaml", "  pat:", "  pia: {name: Pia, teams: {ordering: senior}}\n  pat:"),
        ("services/orders.yaml", "product_owner: pat\n", ""),
        ("platform.yaml", 'monday: {opens: "00:00"', 'monday: {opens: "09:30"'),
        (
            "platform.yaml",
            "any_team: senior\n    differs_from: [requester, authoriser]",
            "own_team: senior\n    differs_from: [requester, authoriser]",
        ),
        ("platform.yaml", "grant_life_minutes: 2880", "grant_life_minutes: 1440"),
    ],
)
def test_what_decides_over_the_service_changes_its_policy(
    folder: Path, edit: Edit, file: str, old: str, new: str
) -> None:
    before = hash_of(folder)

    edit(file, old, new)

    assert hash_of(folder) != before


def test_prod_rules_do_not_change_the_policy_of_preprod(folder: Path, edit: Edit) -> None:
    before = hash_of(folder, environment="preprod")

    edit("platform.yaml", "grant_life_minutes: 2880", "grant_life_minutes: 1440")

    assert hash_of(folder, environment="preprod") == before


def test_the_window_is_no_part_of_dev(folder: Path, edit: Edit) -> None:
    before = hash_of(folder, environment="dev")

    edit("platform.yaml", 'monday: {opens: "00:00"', 'monday: {opens: "09:30"')

    assert hash_of(folder, environment="dev") == before


def test_an_environment_the_service_has_not_is_refused(demo: Path) -> None:
    with pytest.raises(NotFoundError, match="dev, preprod, prod"):
        hash_of(demo, environment="live")
