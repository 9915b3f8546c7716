"""Names of the connections that a platform started with: no other process sees them in its own environment."""

from collections.abc import Iterable
from pathlib import Path

from slipway.platform.home import Home


def note_connections(home: Home, variables: Iterable[str]) -> None:
    """Keeps the names of these variables, never their values."""
    _file(home).write_text("\n".join(sorted(variables)), encoding="utf-8")


def noted_connections(home: Home) -> frozenset[str] | None:
    """The variables that were noted last; None where nothing was."""
    try:
        return frozenset(_file(home).read_text(encoding="utf-8").split())
    except FileNotFoundError:
        return None


def _file(home: Home) -> Path:
    return home.run / "connections"
