"""Which tests need a whole platform."""

PLATFORMS = frozenset({"sign_in", "scale", "chaos", "e2e"})
"""Folders whose tests start one: two at once are too much for two cores."""
