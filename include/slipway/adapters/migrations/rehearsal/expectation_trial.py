"""Tries a service's expectations on the new schema, and again after the deployed version has written there."""

from collections.abc import Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

from slipway.adapters.migrations.rehearsal.laboratory import Laboratory
from slipway.adapters.migrations.rehearsal.notes import Notes, Step
from slipway.adapters.migrations.rehearsal.old_trial import OldTrial
from slipway.domain.migration_proof import Finding
from slipway.ports.rehearsal import ExpectationResults, Expectations, Suites


class ExpectationTrial:
    """Both are asked at the same time, of two copies: each takes seconds only to start."""

    def __init__(
        self,
        suites: Suites | None,
        expectations: Expectations | None,
        old: OldTrial,
        laboratory: Laboratory,
        notes: Notes,
    ) -> None:
        self._suites = suites
        self._expectations = expectations
        self._old = old
        self._laboratory = laboratory
        self._notes = notes
        self._later: Future[ExpectationResults] | None = None

    def now(self, step: Step) -> None:
        """Of the new schema as it is; starts the other one."""
        if self._expectations is None or self._suites is None:
            self._notes.leave_out("The service has no expectations of its data: only rows and keys were counted.")
            step.say("None.")
            return
        folder = self._suites.folder
        if self._old.tried:
            seen = self._check_both(self._expectations, folder)
        else:
            seen = self._expectations.check(self._laboratory.url, folder)
        self._add(seen.findings, "")
        self._notes.expectations = list(seen.results)

    def after_old_writes(self, step: Step) -> None:
        """Both versions run side by side during a deploy."""
        if self._later is None:
            step.say("Nothing to try.")
            return
        self._add(self._later.result().findings, "After the old version has written: ")

    def _check_both(self, expectations: Expectations, folder: Path) -> ExpectationResults:
        with self._laboratory.beside() as url, ThreadPoolExecutor(max_workers=1) as second:
            self._old.write_into(url)
            self._later = second.submit(expectations.check, url, folder)
            return expectations.check(self._laboratory.url, folder)

    def _add(self, findings: Sequence[Finding], prefix: str) -> None:
        for finding in findings:
            self._notes.add(replace(finding, detail=prefix + finding.detail))
