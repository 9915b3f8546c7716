"""Which tests need a whole platform."""

PLATFORMS = frozenset({"sign_in", "scale", "chaos", "e2e"})
"""Folders whose tests start one: two at once are too much for two cores."""


def may_start_a_platform(nodeid: str) -> bool:
    """By the test's folder."""
    return nodeid.split("/")[1] in PLATFORMS
