"""A probe that says what it was told to say."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace

from slipway.domain.allowed_hosts import asked_host, is_allowed
from slipway.domain.service import SmokeCheck, SmokeSuite
from slipway.ports.outside.checks import CheckResult, CheckStatus


class FakeProbe:
    """Everything passes, except the versions in `verdicts` and the checks in `of_checks`, by name.

    `runs` has what was asked: nothing of a host that is not allowed."""

    def __init__(self) -> None:
        self.verdicts: dict[str, CheckStatus] = {}
        self.of_checks: dict[str, CheckStatus] = {}
        self.runs: list[tuple[SmokeSuite, dict[str, str]]] = []

    def run(self, suite: SmokeSuite, substitutions: Mapping[str, str], hosts: Collection[str]) -> Sequence[CheckResult]:
        """One result per check."""
        if not is_allowed(asked_host(suite.url), hosts):
            refused = CheckResult(name="", status=CheckStatus.UNKNOWN, detail="its host may not be asked", attempts=0)
            return [replace(refused, name=check.name, priority=check.priority) for check in suite.checks]
        self.runs.append((suite, dict(substitutions)))
        status = self.verdicts.get(substitutions.get("version", ""), CheckStatus.PASS)
        detail = f"said {status.value} because the test wanted it"
        return [self._result(check, status, detail) for check in suite.checks]

    def _result(self, check: SmokeCheck, status: CheckStatus, detail: str) -> CheckResult:
        own = self.of_checks.get(check.name, status)
        return CheckResult(name=check.name, status=own, detail=detail, priority=check.priority)
