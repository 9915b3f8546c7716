"""`docs/explanation/walks.md`: the hard moments of releases, what comes of each, and the tests that walk through it."""

from slipway.docs.evidence_page import linked_test
from slipway.docs.pages import GENERATED, table
from slipway.docs.walks import WALKS, Walk

_INTRO = """\
# Walks that must come out right

The hard moments in the life of a release, and how each must end. The column *played* says where its tests play it:

- *Airflow*: a whole running platform, through the interfaces that people and programs really have;
- *PostgreSQL*: the use cases that the DAG's tasks call, on a real release database, by a clock that the test sets;
- *rules*: the deciding functions alone.

A test checks that each of these tests exists. What is not built yet is said in the last column.

"""
_PLAYED = {"e2e": "Airflow", "chaos": "Airflow", "integration": "PostgreSQL", "console": "PostgreSQL", "unit": "rules"}


def walks_page() -> str:
    """The page, one row for each walk."""
    return GENERATED + _INTRO + table(("walk", "ends so", "tests", "played", "not yet"), map(_row, WALKS))


def played(walk: Walk) -> tuple[str, ...]:
    """Where the tests of a walk play it, nearest to reality first."""
    places = {_PLAYED[test.partition("/")[0]] for test in walk.tests}
    return tuple(place for place in dict.fromkeys(_PLAYED.values()) if place in places)


def _row(walk: Walk) -> tuple[str, ...]:
    tests = "<br>".join(linked_test(test) for test in walk.tests)
    return walk.moment, walk.ends_so, tests or "-", ", ".join(played(walk)) or "-", walk.not_yet or "-"
