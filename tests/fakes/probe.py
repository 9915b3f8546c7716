"""A probe that says what it was told to say."""

from collections.abc import Mapping, Sequence

from slipway.domain.service import SmokeSuite
from slipway.ports import CheckResult, CheckStatus


class FakeProbe:
    """Everything passes, except the versions in `verdicts`."""

    def __init__(self) -> None:
        self.verdicts: dict[str, CheckStatus] = {}
        self.runs: list[tuple[SmokeSuite, dict[str, str]]] = []

    def run(self, suite: SmokeSuite, substitutions: Mapping[str, str]) -> Sequence[CheckResult]:
        """One result per check, all alike."""
        self.runs.append((suite, dict(substitutions)))
        status = self.verdicts.get(substitutions.get("version", ""), CheckStatus.PASS)
        detail = f"said {status.value} because the test wanted it"
        return [CheckResult(name=check.name, status=status, detail=detail) for check in suite.checks]
