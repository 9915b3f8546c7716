"""Tries a service's expectations on the new schema, and again after the deployed version has written there."""

from collections.abc import Sequence
from dataclasses import replace

from slipway.adapters.migrations.rehearsal.laboratory import Laboratory
from slipway.adapters.migrations.rehearsal.notes import Notes, Step
from slipway.adapters.migrations.rehearsal.old_trial import OldTrial
from slipway.domain.migration_proof import Finding
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

    def now(self, step: Step) -> None:
        """Of the new schema as it is."""
        if self._expectations is None:
            self._notes.leave_out("The service has no expectations of its data: only rows and keys were counted.")
            step.say("None.")
            return
        seen = self._expectations.check(self._laboratory.url)
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
        self._add(seen.findings, "After the old version has written: ")

    def _add(self, findings: Sequence[Finding], prefix: str) -> None:
        for finding in findings:
            self._notes.add(replace(finding, detail=prefix + finding.detail))
