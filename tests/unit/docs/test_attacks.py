"""The page of attacks names what there is: tests and log entries; and no row of it is empty."""

import re

import pytest

from slipway.docs.attacks import ATTACKS, Attack
from slipway.docs.log_kinds import all_kinds
from slipway.docs.pages import PROJECT

each = pytest.mark.parametrize("attack", ATTACKS, ids=lambda attack: attack.tries)
WANTED = (
    *("as the requester", "who retried", "after a colleague retried", "without the role", "two roles of one person"),
    *("machine account", "expired", "another artefact", "Replace the artefact", "role was removed"),
    *("Mark the approval, turn or slot", "Clear a deploy", "old, approved release", "note or the conf"),
    *("Preprod skipped", "catalogue between approval and deploy", "without having them activated", "own proposal"),
    *(
        "shell command, a path, a template",
        "megabyte",
        "Replay a service token",
        "event of an artefact",
        "database rights of a task",
    ),
    *("without a login", "as a viewer", "another site"),
)
"""The attacks that a release platform was asked to withstand."""


def test_every_attack_that_was_asked_for_has_its_row() -> None:
    told = [attack.tries for attack in ATTACKS]
    assert [wanted for wanted in WANTED if not any(wanted in tries for tries in told)] == []
    assert len(set(told)) == len(told)


@each
def test_something_tries_it(attack: Attack) -> None:
    assert attack.tests
    assert attack.comes_of_it
    for test in attack.tests:
        file, _, name = test.partition("::")
        text = (PROJECT / "tests" / file).read_text(encoding="utf-8")
        assert re.search(rf"^def {name}\(", text, re.MULTILINE), test


@each
def test_its_log_entries_are_kinds(attack: Attack) -> None:
    assert attack.log or attack.not_yet
    assert set(attack.log) <= set(all_kinds())
