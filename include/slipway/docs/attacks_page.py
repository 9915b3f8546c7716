"""`docs/explanation/attacks.md`: what somebody may try, what comes of it, and the tests that try it."""

from slipway.docs.attacks import ATTACKS, Attack
from slipway.docs.evidence_page import linked_test
from slipway.docs.pages import GENERATED, table

_INTRO = """\
# What somebody may try

Each row is tried in the tests named, through the interfaces that people and programs really have. Whatever is
refused is in the release log. A test checks that each of these tests exists. What is still open is said in the last
column.

"""


def attacks_page() -> str:
    """The page, one row for each attack."""
    heads = ("somebody tries to …", "what comes of it", "tests", "log", "open")
    return GENERATED + _INTRO + table(heads, (_row(one) for one in ATTACKS))


def _row(one: Attack) -> tuple[str, ...]:
    tests = "<br>".join(linked_test(test) for test in one.tests)
    log = "<br>".join(f"`{kind}`" for kind in one.log) or "-"
    return one.tries, one.comes_of_it, tests, log, one.not_yet or "-"
