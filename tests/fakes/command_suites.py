"""Suites that end as they were told to."""

from collections.abc import Mapping
from pathlib import Path

from slipway.domain.service import SmokeCommand
from slipway.ports.outside.checks import CheckResult, CheckStatus


class FakeCommandSuites:
    """Everything passes, except what is in `verdicts`, by name."""

    def __init__(self) -> None:
        self.verdicts: dict[str, CheckStatus] = {}
        self.runs: list[tuple[str, dict[str, str], list[str]]] = []
        """Name, values, and the files that it found."""

    def run(self, command: SmokeCommand, values: Mapping[str, str], folder: Path) -> CheckResult:
        """As told."""
        files = sorted(str(file.relative_to(folder)) for file in folder.rglob("*") if file.is_file())
        self.runs.append((command.name, dict(values), files))
        status = self.verdicts.get(command.name, CheckStatus.PASS)
        return CheckResult(name=command.name, status=status, detail=f"said {status.value}", priority=command.priority)
