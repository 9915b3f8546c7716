"""What a rehearsal writes down while it goes on."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from slipway.adapters.migrations.rehearsal.words import without_values
from slipway.domain.json_value import JsonObject
from slipway.domain.migration_proof import Finding, FindingCode, RehearsalStep, StepOutcome


@dataclass
class Step:
    """The step under way."""

    name: str
    outcome: StepOutcome = StepOutcome.PASS
    details: list[str] = field(default_factory=list)

    def say(self, detail: str) -> None:
        """Adds a sentence to what is shown of the step."""
        self.details.append(detail)


@dataclass
class Notes:
    """Steps, findings and what was not covered, in the order in which they came up."""

    steps: list[RehearsalStep] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)
    lost_on_reverse: list[str] = field(default_factory=list)
    not_covered: list[str] = field(default_factory=list)
    expectations: list[JsonObject] = field(default_factory=list)
    _current: Step | None = None

    @contextmanager
    def step(self, name: str) -> Iterator[Step]:
        """Times a step. What it raises becomes `check_errored`: never passed, and the rehearsal goes on."""
        step = self._current = Step(name)
        began = time.monotonic()
        try:
            yield step
        except Exception as error:  # noqa: BLE001 - whatever a check dies of, it has not passed
            said = without_values(str(getattr(error, "orig", None) or error))
            self.find(FindingCode.CHECK_ERRORED, name, f"The check could not be done: {type(error).__name__}: {said}")
            step.outcome = StepOutcome.ERROR
        finally:
            seconds = round(time.monotonic() - began, 3)
            detail = " ".join(step.details)
            self.steps.append(RehearsalStep(name=name, outcome=step.outcome, seconds=seconds, detail=detail))
            self._current = None

    def skip(self, name: str, why: str) -> None:
        """A step that was not tried."""
        self.steps.append(RehearsalStep(name=name, outcome=StepOutcome.SKIPPED, seconds=0.0, detail=why))

    def find(self, code: FindingCode, what: str, detail: str) -> None:
        """A finding; the step under way has failed."""
        self.add(Finding(code=code, object=what, detail=detail))

    def add(self, finding: Finding) -> None:
        """A finding made elsewhere; once only."""
        if finding not in self.findings:
            self.findings.append(finding)
        if self._current is not None and finding.code not in _NO_FAILURE:
            worst = StepOutcome.ERROR if finding.code is FindingCode.CHECK_ERRORED else StepOutcome.FAIL
            self._current.outcome = worst

    def has(self, *codes: FindingCode) -> bool:
        """Whether one of these was found."""
        return any(each.code in codes for each in self.findings)

    def leave_out(self, what: str) -> None:
        """Something that the rehearsal did not look at."""
        if what not in self.not_covered:
            self.not_covered.append(what)


_NO_FAILURE = {
    FindingCode.BLOCKING_LOCK,
    FindingCode.TABLE_REWRITTEN,
    FindingCode.EXPECTATION_WARNS,
    FindingCode.LINT,
}
