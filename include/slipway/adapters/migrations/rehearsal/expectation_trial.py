"""Tries a service's expectations on the new schema, and again after the deployed version has written there."""

from collections.abc import Sequence
from dataclasses import replace

from sqlalchemy.exc import SQLAlchemyError

from slipway.adapters.migrations.rehearsal.laboratory import Laboratory
from slipway.adapters.migrations.rehearsal.notes import Notes, Step
from slipway.adapters.migrations.rehearsal.old_trial import OldTrial
from slipway.domain.errors import ServiceMigrationError
from slipway.domain.migration_proof import AFTER_OLD_WRITES, Cause, Finding, FindingCode
from slipway.ports.rehearsal import PreparedExpectations


class ExpectationTrial:
    """Once on the copy itself, once on a copy of it that the old version has written into."""

    def __init__(
        self, expectations: PreparedExpectations | None, old: OldTrial, laboratory: Laboratory, notes: Notes
    ) -> None:
        self._expectations = expectations
        self._old = old
        self._laboratory = laboratory
        self._notes = notes
        self._failed: Sequence[Finding] = ()
        """On the new schema itself."""

    def now(self, step: Step) -> None:
        """Of the new schema as it is."""
        if self._expectations is None:
            self._notes.leave_out("The service has no expectations of its data: only rows and keys were counted.")
            step.say("None.")
            return
        seen = self._expectations.check(self._laboratory.url)
        self._failed = [one for one in seen.findings if one.code is FindingCode.EXPECTATION_FAILED]
        self._add(seen.findings, "")
        self._notes.expectations = list(seen.results)

    def after_old_writes(self, step: Step) -> None:
        """Both versions run side by side during a deploy."""
        if self._expectations is None or not self._old.tried:
            step.say("Nothing to try.")
            return
        with self._laboratory.beside() as url:
            self._old.write_into(url)
            seen = self._expectations.check(url)
        known = {_which(one) for one in self._failed}
        for one in seen.findings:
            new = one.code is FindingCode.EXPECTATION_FAILED and _which(one) not in known
            self._add([replace(one, cause=Cause.OLD_VERSION) if new else one], AFTER_OLD_WRITES)

    @property
    def failed(self) -> bool:
        """Whether it is worth knowing how the rows were before the upgrade."""
        return bool(self._failed)

    def before(self, step: Step) -> None:
        """Of a new copy, as it was before the upgrade: what failed is told from what had failed already.

        It decides the advice and nothing else: where it cannot be done, that is not held against the migrations."""
        assert self._expectations is not None, "something failed"
        try:
            self._laboratory.start_again()
            seen = self._expectations.check(self._laboratory.url).findings
        except (SQLAlchemyError, ServiceMigrationError):
            step.say("It could not be asked.")
            return
        causes = {_which(one): _cause(one, seen) for one in self._failed}
        self._notes.findings = [
            replace(one, cause=causes[_which(one)])
            if one.code is FindingCode.EXPECTATION_FAILED and _which(one) in causes
            else one
            for one in self._notes.findings
        ]
        wrong = sum(cause is Cause.WRONG_BEFORE for cause in causes.values())
        step.say(f"{wrong} of {len(causes)} that failed had failed before the upgrade.")

    def _add(self, findings: Sequence[Finding], prefix: str) -> None:
        for finding in findings:
            self._notes.add(replace(finding, detail=prefix + finding.detail))


def _which(finding: Finding) -> tuple[str, str]:
    """Object and expectation, however many rows it was."""
    return finding.object, finding.detail.removeprefix(AFTER_OLD_WRITES).partition(":")[0]


def _cause(now: Finding, before: Sequence[Finding]) -> Cause | None:
    """None where more rows are wrong than before, or it could not be tried then: both may be at fault."""
    if any(one.code is FindingCode.CHECK_ERRORED and _hides(one, now) for one in before):
        return None
    same = [one for one in before if _which(one) == _which(now)]
    if not same:
        return Cause.UPGRADE
    return Cause.WRONG_BEFORE if now in same else None


def _hides(error: Finding, now: Finding) -> bool:
    """Whether it kept the same expectation from being tried: its column, its table, or all of them."""
    return error.cause is not Cause.SUITE or f"{now.object}.".startswith(f"{error.object}.")
