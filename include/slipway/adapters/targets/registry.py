"""Every kind of deploy target there is: a new one is a file, its options, a test, a page in docs, and a line here."""

import difflib
from collections.abc import Callable, Mapping
from pathlib import Path

from slipway.adapters.targets.command import CommandTarget
from slipway.adapters.targets.http import HttpTarget
from slipway.adapters.targets.local_process import LocalProcessTarget
from slipway.domain.errors import TargetError
from slipway.domain.json_value import JsonObject
from slipway.domain.service import TargetSettings
from slipway.ports.outside.targets import DeployTarget

TARGETS: Mapping[str, Callable[[JsonObject, Path], DeployTarget]] = {
    "command": CommandTarget.from_options,
    "http": HttpTarget.from_options,
    "local_process": LocalProcessTarget.from_options,
}


class Registry:
    """Makes targets; `state_folder` is where those that keep something on this machine keep it."""

    def __init__(self, state_folder: Path) -> None:
        self._state_folder = state_folder

    def target(self, settings: TargetSettings) -> DeployTarget:
        """The target for these settings. Raises TargetError: unknown kind, or wrong options."""
        make = TARGETS.get(settings.kind)
        if make is None:
            near = difflib.get_close_matches(settings.kind, TARGETS, n=1)
            hint = f" Did you mean {near[0]!r}?" if near else ""
            known = ", ".join(sorted(TARGETS))
            raise TargetError(f"There is no deploy target {settings.kind!r}.{hint} Known kinds: {known}.")
        return make(settings.options, self._state_folder)
