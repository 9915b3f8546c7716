"""Three-valued verdicts: a fail outweighs everything, and no data is never success."""

from collections.abc import Iterable


def suite_verdict(statuses: Iterable[str]) -> str:
    """`fail` if any check failed; `pass` if there are checks and all passed; else `unknown`."""
    seen = set(statuses)
    if "fail" in seen:
        return "fail"
    return "pass" if seen == {"pass"} else "unknown"
