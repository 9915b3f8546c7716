"""Up and down on the scratch copy, and what a move that failed has left behind."""

from collections.abc import Sequence
from dataclasses import replace

from slipway.adapters.migrations.rehearsal.catalogue import Catalogue, differences
from slipway.adapters.migrations.rehearsal.laboratory import Laboratory
from slipway.adapters.migrations.rehearsal.notes import Notes
from slipway.adapters.migrations.rehearsal.words import without_values
from slipway.domain.errors import ServiceMigrationError
from slipway.domain.migration_proof import Finding, FindingCode
from slipway.ports.outside.migrations import MigrationOrder, MigrationRunner, MigrationState, MigrationStep

SHOWN = 20
"""Of differences: a few say as much as hundreds."""
_LOCK_SECONDS = 5.0
"""On a copy nobody queues behind us. Past PostgreSQL's deadlock_timeout of a second an autovacuum makes way."""
_START = "before the first migration"
_MORE_EXACT = frozenset({FindingCode.INVALID_INDEX, FindingCode.HALF_APPLIED})
"""What a runner knows of a failure besides that it was one."""


class Moves:
    """With the runner that migrates the environments, which reads every revision back on a connection of its own.

    The first time it is asked again, in another process; after that each schema is compared with the first ones.

    What was ended from outside, by a deadline or a kill, is raised: it shows nothing of the migration."""

    def __init__(self, order: MigrationOrder, laboratory: Laboratory, runner: MigrationRunner, notes: Notes) -> None:
        self.pending: Sequence[str] = ()
        self.applied: str | None = None
        self.upgrade_steps: Sequence[MigrationStep] = ()
        """Of the last upgrade that succeeded."""
        self._believed = False
        self._order = order
        self._laboratory = laboratory
        self._runner = runner
        self._notes = notes

    def ask(self) -> str | None:
        """What is pending; None, or why that could not be told, which is then a finding."""
        try:
            state = self._runner.state(self._on_copy)
        except ServiceMigrationError as error:
            said = without_values(str(error))
            heads = error.code == FindingCode.SEVERAL_HEADS
            self._notes.find(FindingCode.SEVERAL_HEADS if heads else FindingCode.CHECK_ERRORED, "migrations", said)
            return said
        self.applied, self.pending = state.applied, state.pending
        return None

    def up(self, code: FindingCode) -> str | None:
        """None, or what it failed with, which is then a finding."""
        try:
            state = self._runner.upgrade(self._on_copy)
        except ServiceMigrationError as error:
            _raise_if_ended_from_outside(error)
            said, failed = without_values(str(error)), error.revision or self.where_it_stands()
            for one in (code, *([FindingCode(error.code)] if error.code in _MORE_EXACT else ())):
                self._notes.add(Finding(code=one, object=failed, detail=said, revision=error.revision))
            return said
        self.upgrade_steps = state.run.steps if state.run else ()
        if not self._believed:
            state = self._runner.state(self._on_copy)
            self._believed = True
        return self._look_at(state, code)

    def down(self) -> str | None:
        """None, or what it failed with."""
        try:
            seen = self._runner.downgrade(self._on_copy, self.applied).applied
        except ServiceMigrationError as error:
            _raise_if_ended_from_outside(error)
            return without_values(str(error))
        return None if seen == self.applied else f"No error was raised, yet the database is at {seen}."

    def where_it_stands(self) -> str:
        """The revision, in words."""
        try:
            return self._runner.state(self._on_copy).applied or _START
        except ServiceMigrationError:
            return "unknown"

    def look_for_half_way_up(self, base: Catalogue, failure: str) -> None:
        """A failed upgrade must leave nothing, or go on where it was: the second try must fail the same way."""
        stands = self.where_it_stands()
        if stands == (self.applied or _START):
            self._differences(base, "The upgrade failed and left something behind")
        try:
            self._runner.upgrade(self._on_copy)
        except ServiceMigrationError as error:
            _raise_if_ended_from_outside(error)
            again = without_values(str(error))
            if again != failure:
                detail = f"After it failed, the upgrade cannot be repeated: {again}"
                self._notes.find(FindingCode.HALF_APPLIED, stands, detail)

    def look_for_half_way_down(self, head: Catalogue) -> None:
        """A failed downgrade must leave the new schema whole."""
        self._differences(head, "The failed downgrade left the database between two versions")

    def refused(self, head: Catalogue, failure: str, labels: str) -> None:
        """A refusal that undid itself completely is one; anything else is a failed downgrade."""
        stands = self.where_it_stands()
        whole = stands == self.pending[-1] and not differences(head, self._laboratory.catalogue())
        code = FindingCode.DOWNGRADE_REFUSES if whole else FindingCode.DOWNGRADE_FAILED
        self._notes.find(code, stands, f"With rows of the new form ({labels}): {failure}")

    @property
    def _on_copy(self) -> MigrationOrder:
        environment = f"a copy of {self._order.environment}"
        wait = max(self._order.settings.lock_timeout_seconds, _LOCK_SECONDS)
        settings = replace(self._order.settings, lock_timeout_seconds=wait)
        return replace(self._order, database_url=self._laboratory.url, environment=environment, settings=settings)

    def _look_at(self, seen: MigrationState, code: FindingCode) -> str | None:
        if seen.applied == self.pending[-1] and not seen.pending:
            return None
        said = f"The upgrade raised no error, yet the database is at {seen.applied}, not at {self.pending[-1]}."
        self._notes.find(code, self.pending[-1], said)
        return said

    def _differences(self, expected: Catalogue, what: str) -> None:
        for each in differences(expected, self._laboratory.catalogue())[:SHOWN]:
            self._notes.find(FindingCode.HALF_APPLIED, each.name, f"{what}: {each.words}.")


def _raise_if_ended_from_outside(error: ServiceMigrationError) -> None:
    if error.code == FindingCode.CHECK_ERRORED:
        raise error
