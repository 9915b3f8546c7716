"""Which tests need a whole platform, and which of those share a process."""

STORIES, TRIALS = "stories", "trials"

_GROUPS = {"e2e": STORIES, "chaos": TRIALS, "scale": TRIALS, "sign_in": TRIALS}

PLATFORMS = frozenset(_GROUPS)
"""Folders whose tests start a platform."""


def may_start_a_platform(nodeid: str) -> bool:
    """By the test's folder."""
    return nodeid.split("/")[1] in PLATFORMS


def group_of(nodeid: str) -> str:
    """Tests of one group are run by one process, one after the other.

    Stories keep a platform busy for as long as all others together, which mostly wait: so two processes have platforms
    of their own at first, and more than two never.
    """
    return _GROUPS.get(nodeid.split("/")[1]) or nodeid.partition("::")[0]
