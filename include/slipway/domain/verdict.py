"""Three-valued verdicts: a fail outweighs everything, and no data is never success."""

from collections.abc import Iterable
from enum import StrEnum


class Verdict(StrEnum):
    """What checks, or people, come to."""

    PASS = "pass"  # noqa: S105 - a verdict, not a password
    FAIL = "fail"
    UNKNOWN = "unknown"


def suite_verdict(statuses: Iterable[str]) -> Verdict:
    """`fail` if any check failed; `pass` if there are checks and all passed; else `unknown`."""
    seen = set(statuses)
    if "fail" in seen:
        return Verdict.FAIL
    return Verdict.PASS if seen == {"pass"} else Verdict.UNKNOWN
