"""`docs/explanation/evidence.md`: each requirement, and what shows that it is met."""

from slipway.docs.evidence import EVIDENCE, Evidence
from slipway.docs.pages import GENERATED, table

_INTRO = """\
# Evidence

For each requirement: the code that holds it, the tests that would fail without it, and the entries of the release log
that show it years later. A test checks that all of them exist. What is still to come is said in the last column.

"""


def evidence_page() -> str:
    """The page, one row for each requirement."""
    heads = ("", "requirement", "rule", "tests", "log", "not yet")
    return GENERATED + _INTRO + table(heads, (_row(one) for one in EVIDENCE))


def _row(one: Evidence) -> tuple[str, ...]:
    rules = "<br>".join(f"[`{rule}`](../../include/slipway/{rule})" for rule in one.rules)
    tests = "<br>".join(linked_test(test) for test in one.tests)
    log = "<br>".join(f"`{kind}`" for kind in one.log)
    return one.number, one.asks, rules, tests, log, one.not_yet or "-"


def linked_test(test: str) -> str:
    """A link to the file of a test, with the test's name as a sentence."""
    file, _, name = test.partition("::")
    words = file if name == "*" else name.removeprefix("test_").replace("_", " ")
    return f"[{words}](../../tests/{file})"
