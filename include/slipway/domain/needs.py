"""Releases that need another service's version to be live first."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from slipway.domain.errors import RefusedError

Build = tuple[str, str]
"""Service and version."""
_SEPARATOR = re.compile(r"[,;\n]")


@dataclass(frozen=True, kw_only=True)
class Need:
    """This version, or one that was first deployed after it, must be live before; `environment` is its live one."""

    service: str
    version: str
    environment: str

    @property
    def build(self) -> Build:
        """What is needed, wherever."""
        return self.service, self.version

    def __str__(self) -> str:
        return f"{self.service} {self.version}"


@dataclass(frozen=True, kw_only=True)
class NeedState:
    """How far a need is met, by the log."""

    need: Need
    live: bool
    runs: str | None
    """The version that runs there now."""
    coming: str | None
    """The release that is on its way with it."""

    def __str__(self) -> str:
        if self.live:
            return f"{self.need}: live ({self.runs})"
        way = f"release {self.coming} is on its way with it" if self.coming else "no release is on its way with it"
        return f"{self.need}: not live yet ({self.need.environment} runs {self.runs or 'nothing'}; {way})"


def read_needs(text: str) -> tuple[Build, ...]:
    """`forms=2.1.0, greeter=1.0`, each once. Raises RefusedError where that is not what was written."""
    builds: list[Build] = []
    for word in filter(None, map(str.strip, _SEPARATOR.split(text))):
        service, version = (part.strip() for part in word.partition("=")[::2])
        if not (service and version):
            raise RefusedError(
                "needs_unreadable", f"`{word}` does not say what is needed: write service=version, such as forms=2.1"
            )
        builds.append((service, version))
    return tuple(dict.fromkeys(builds))


def circle(start: Build, needs: Sequence[Build], known: Mapping[Build, Sequence[Build]]) -> tuple[Build, ...]:
    """The way from what `start` needs back to itself, along what others need; empty if there is none."""
    ways: list[tuple[Build, ...]] = [(need,) for need in needs]
    seen: set[Build] = set()
    while ways:
        way = ways.pop()
        if way[-1] == start:
            return way
        if way[-1] not in seen:
            seen.add(way[-1])
            ways.extend((*way, need) for need in known.get(way[-1], ()))
    return ()
