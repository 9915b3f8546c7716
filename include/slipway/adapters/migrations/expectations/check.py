"""Checks every suite of a service against databases, all in one child that dies with its asker.

Great Expectations takes seconds and 230 MB to import, and leaves connections open: nobody but the child imports it, and
it does so while the copies are made.
"""

import json
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlalchemy.engine import make_url

from slipway.adapters.leash.conversation import Conversation
from slipway.adapters.leash.environment import child_environment
from slipway.adapters.leash.python import isolated_python
from slipway.adapters.leash.run import Finished
from slipway.adapters.migrations.rehearsal.words import without_values
from slipway.adapters.migrations.tool_runner import without_secret
from slipway.adapters.targets.waiting import seconds_until
from slipway.catalogue.expectation_suites import SuiteModel, read_suites
from slipway.domain.json_value import JsonObject
from slipway.domain.migration_proof import Cause, Finding, FindingCode
from slipway.ports.rehearsal import ExpectationResults

_CHILD = Path(__file__).with_name("child.py")
_KEEP_BYTES = 16 * 1024 * 1024
SECONDS = 600.0
"""For all suites on one database."""
_QUIET = {"GX_ANALYTICS_ENABLED": "False"}


@contextmanager
def prepared(folder: Path, deadline: datetime) -> Iterator["PreparedChild"]:
    """The suites in `folder`, with a child that gets ready meanwhile."""
    suites = read_suites(folder)
    with (
        tempfile.TemporaryDirectory(prefix="slipway-expectations-") as home,
        Conversation(
            isolated_python(_CHILD),
            environment=child_environment({**_QUIET, "HOME": home}),
            cwd=Path(home),
            seconds=seconds_until(deadline),
            keep_bytes=_KEEP_BYTES,
        ) as child,
    ):
        yield PreparedChild(suites, child)


class PreparedChild:
    """What can be asked of any database."""

    def __init__(self, suites: Sequence[SuiteModel], child: Conversation) -> None:
        self._suites = suites
        self._child = child

    def check(self, url: str, seconds: float = SECONDS) -> ExpectationResults:
        """What is not as expected. What could not be tried is an error, never a failure, never a pass."""
        suites = self._suites
        job = {"url": _with_driver(url), "suites": [_for_child(suite) for suite in suites]}
        answer = self._child.ask(json.dumps(job), seconds)
        if answer is None:
            return ExpectationResults(findings=(_broke_off(self._child.finished, url),), results=())
        answers = json.loads(answer)
        findings = [found for suite in suites for found in _findings(suite, answers[suite.name], url)]
        results = [_kept(suite, answers[suite.name]) for suite in suites]
        return ExpectationResults(findings=tuple(findings), results=results)


def _kept(suite: SuiteModel, answer: Mapping[str, Any]) -> JsonObject:
    """Without what exceptions say, which may be what a row has; that is among the findings, made harmless."""
    results = {
        number: {
            "about": suite.expectations[int(number)].about,
            **{key: value for key, value in result.items() if key != "exception_info"},
            "tried": raised(result.get("exception_info")) is None,
        }
        for number, result in answer.get("results", {}).items()
    }
    return {"suite": suite.name, "table": suite.meta.table, "tried": "error" not in answer, "results": results}


def _said(words: str, url: str) -> str:
    return without_values(without_secret(words, url))[:500]


def _broke_off(finished: Finished, url: str) -> Finding:
    said = finished.tail(500, lambda text: without_secret(text, url))
    why = "they were not done by their deadline" if finished.ended.why == "deadline" else without_values(said)
    detail = f"the expectations broke off: {why}"
    return Finding(code=FindingCode.CHECK_ERRORED, object="expectations", detail=detail)


def _findings(suite: SuiteModel, answer: Mapping[str, Any], url: str) -> Sequence[Finding]:
    if "error" in answer:
        words = _said(str(answer["error"]), url)
        return [_of_suite(suite.meta.table, words)]
    found = []
    for number, expectation in enumerate(suite.expectations):
        result = answer["results"].get(str(number))
        name = ".".join(part for part in (suite.meta.table, expectation.about) if part)
        if result is None:
            found.append(_of_suite(name, f"{expectation.type}: there is no result"))
        elif error := raised(result.get("exception_info")):
            found.append(_of_suite(name, f"{expectation.type}: {_said(error, url)}"))
        elif not result["success"]:
            critical = expectation.severity == "critical"
            code = FindingCode.EXPECTATION_FAILED if critical else FindingCode.EXPECTATION_WARNS
            found.append(Finding(code=code, object=name, detail=f"{expectation.type}: {_counts(result)}"))
    return found


def _of_suite(what: str, words: str) -> Finding:
    return Finding(code=FindingCode.CHECK_ERRORED, object=what, detail=words, cause=Cause.SUITE)


def raised(info: object) -> str | None:
    """The words of an exception, in both shapes that Great Expectations gives: one record, or one for each metric."""
    if not isinstance(info, Mapping):
        return None
    if "raised_exception" in info:
        return str(info.get("exception_message") or "it raised") if info["raised_exception"] else None
    for each in info.values():
        if words := raised(each):
            return words
    return None


def _counts(result: Mapping[str, Any]) -> str:
    numbers = result.get("result") or {}
    if "unexpected_count" in numbers:
        return f"{numbers['unexpected_count']} of {numbers.get('element_count', 'all')} rows are not so"
    return "it is not so"


def _for_child(suite: SuiteModel) -> dict[str, Any]:
    return {
        "name": suite.name,
        "table": suite.meta.table,
        "schema": suite.meta.schema_name,
        "expectations": [
            {"type": one.type, "kwargs": one.kwargs, "severity": one.severity, "meta": {"number": number}}
            for number, one in enumerate(suite.expectations)
        ],
    }


def _with_driver(url: str) -> str:
    parsed = make_url(url)
    if parsed.drivername == "postgresql":  # SQLAlchemy 2.1 would take psycopg 3
        parsed = parsed.set(drivername="postgresql+psycopg2")
    return parsed.render_as_string(hide_password=False)
