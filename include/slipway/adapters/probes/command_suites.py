"""Runs suites of tests that are programs: argument lists, never a shell; on a leash, with few variables (R16)."""

import tempfile
import time
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from slipway.adapters.leash.environment import child_environment
from slipway.adapters.leash.run import Finished, run_on_leash
from slipway.adapters.probes.junit import UnreadableReportError, read_report
from slipway.adapters.probes.placeholders import fill
from slipway.domain.errors import SlipwayError
from slipway.domain.masked import Hide, without
from slipway.domain.service import SmokeCommand
from slipway.ports.outside.checks import CheckResult, CheckStatus
from slipway.ports.outside.surroundings import Connections

_SHOWN = 500
TOKEN = "SMOKE_TOKEN"  # noqa: S105 - the name of a variable


class LeashedSuites:
    """`CommandSuites`: the program's working folder is the artefact's."""

    def __init__(self, connections: Connections) -> None:
        self._connections = connections

    def run(self, command: SmokeCommand, values: Mapping[str, str], folder: Path) -> CheckResult:
        """No data is never success: what did not end by itself, or tested nothing, is unknown."""
        result = CheckResult(name=command.name, status=CheckStatus.UNKNOWN, detail="", priority=command.priority)
        began = time.monotonic()
        try:
            token = self._token(command)
            with tempfile.TemporaryDirectory(prefix="slipway-suite-") as scratch:
                report = Path(scratch) / "report.xml"
                given = {**values, "folder": str(folder), "report": str(report)}
                finished = run_on_leash(
                    [fill(part, given) for part in command.run],
                    environment=child_environment({"HOME": scratch} | ({TOKEN: token} if token else {})),
                    cwd=folder,
                    seconds=command.seconds,
                )
                judged = _judged(result, command, finished, report, lambda text: without(text, {token}))
        except SlipwayError as error:
            return replace(result, detail=f"not run: {error}")
        return replace(judged, seconds=time.monotonic() - began)

    def _token(self, command: SmokeCommand) -> str:
        return "" if command.bearer is None else self._connections.http(command.bearer).token or ""


def _judged(result: CheckResult, command: SmokeCommand, finished: Finished, report: Path, hide: Hide) -> CheckResult:
    """`hide` takes the token out of whatever the program said, before any of it is cut."""
    ended = finished.ended
    if ended.why != "exited":
        reasons = {
            "deadline": f"it was not done within {command.seconds:g} s, and was ended",
            "not_started": f"it could not be started ({ended.detail})",
        }
        how = reasons.get(ended.why, f"it was ended ({ended.why})")
        return replace(result, detail=f"{how}{_words(finished, hide)}")
    wrong = "" if finished.succeeded else f"it ended with code {ended.code}"
    if command.reports:
        return _by_report(result, finished, wrong, report, hide)
    if wrong:
        return replace(result, status=CheckStatus.FAIL, detail=f"{wrong}{_words(finished, hide)}")
    return replace(result, status=CheckStatus.PASS, detail="it ended with code 0")


def _by_report(result: CheckResult, finished: Finished, wrong: str, report: Path, hide: Hide) -> CheckResult:
    """What the report says fails it, and so does the program itself; to pass it takes both."""
    try:
        found = read_report(report, hide)
    except UnreadableReportError as error:
        detail = f"{wrong or 'it ended well'}, but {error}{_words(finished, hide)}"
        return replace(result, status=CheckStatus.FAIL if wrong else CheckStatus.UNKNOWN, detail=detail)
    if found.failed:
        return replace(result, status=CheckStatus.FAIL, detail=f"{found}{f'; {wrong}' if wrong else ''}")
    if wrong:
        return replace(result, status=CheckStatus.FAIL, detail=f"{found}; {wrong}{_words(finished, hide)}")
    if not found.ran:
        return replace(result, detail=f"it tested nothing ({found}){_words(finished, hide)}")
    return replace(result, status=CheckStatus.PASS, detail=str(found))


def _words(finished: Finished, hide: Hide) -> str:
    said = " ".join(finished.tail(_SHOWN, hide).split())
    return f". It said: {said}" if said else ""
