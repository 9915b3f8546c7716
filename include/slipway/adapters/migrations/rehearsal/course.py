"""The course of a rehearsal: up, look, down, compare, up again, write, down, compare."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

from slipway.adapters.migrations.rehearsal.catalogue import Catalogue, Difference, differences
from slipway.adapters.migrations.rehearsal.expectation_trial import ExpectationTrial
from slipway.adapters.migrations.rehearsal.laboratory import Effects, Laboratory
from slipway.adapters.migrations.rehearsal.moves import SHOWN, Moves
from slipway.adapters.migrations.rehearsal.new_rows import NewRows
from slipway.adapters.migrations.rehearsal.notes import Notes, Step
from slipway.adapters.migrations.rehearsal.old_trial import OldTrial
from slipway.adapters.migrations.rehearsal.shapes import Change, Table, change
from slipway.adapters.migrations.rehearsal.views import base_views, head_views, new_things
from slipway.domain.migration_proof import FindingCode, StepOutcome
from slipway.ports.outside.migrations import MigrationRunner
from slipway.ports.rehearsal import PreparedExpectations, RehearsalOrder, StatementLint

_NEEDED = frozenset(
    {
        *("ask_what_is_pending", "snapshot", "upgrade", "downgrade", "upgrade_again", "write_new_rows"),
        "downgrade_with_new_rows",
    }
)
"""Steps without which the next ones would show nothing."""
NO_ROWS = "The copy had no rows: whether those of before survive was not seen."
NO_STATEMENT_LINT = "squawk is not installed: the statements were not linted, only the files were"


@dataclass(frozen=True, kw_only=True)
class Limits:
    """From when on what an upgrade holds or rewrites is a finding."""

    lock_seconds: float = 1.0
    rewrite_bytes: int = 1024**3


class Course:
    """One rehearsal on one laboratory."""

    _base: Catalogue
    _base_tables: Sequence[Table]
    _behind: Mapping[str, str]
    _sequences: Mapping[str, tuple[int, bool]]
    _head: Catalogue
    _change: Change
    _new_rows: NewRows

    def __init__(
        self,
        order: RehearsalOrder,
        laboratory: Laboratory,
        runner: MigrationRunner,
        expectations: PreparedExpectations | None,
        limits: Limits,
        lint: StatementLint | None = None,
    ) -> None:
        self.notes = Notes(not_covered=list(laboratory.not_covered))
        self.moves = Moves(order.order, laboratory, runner, self.notes)
        self.old = OldTrial(order.old, laboratory, self.notes)
        self.rows = 0
        self._order = order
        self._laboratory = laboratory
        self._expectations = ExpectationTrial(expectations, self.old, laboratory, self.notes)
        self._limits = limits
        self._lint = lint
        self._aside: Sequence[str] = ()

    def run(self) -> None:
        """All steps in their order; after one that makes the next pointless, those are skipped."""
        steps: Sequence[tuple[str, Callable[[Step], str | None]]] = (
            ("ask_what_is_pending", self._ask_what_is_pending),
            ("snapshot", self._snapshot),
            ("old_version_before", self._old_version_before),
            ("upgrade", self._upgrade),
            ("lint_statements", self._lint_statements),
            ("expectations", self._expect),
            ("old_version", self._old_version),
            ("expectations_after_old_writes", self._expect_after_old_writes),
            ("downgrade", self._downgrade),
            ("compare", self._compare),
            ("old_version_after", self._old_version_after),
            ("upgrade_again", self._upgrade_again),
            ("write_new_rows", self._write_new_rows),
            ("downgrade_with_new_rows", self._downgrade_with_new_rows),
            ("keep_new_data", self._keep_new_data),
        )
        stopped: str | None = None
        for name, work in steps:
            if stopped:
                self.notes.skip(name, stopped)
                continue
            with self.notes.step(name) as step:
                stopped = work(step)
            if self.notes.steps[-1].outcome is StepOutcome.ERROR and name in _NEEDED:
                stopped = stopped or f"The step {name} could not be done."
        if self._expectations.failed:
            with self.notes.step("expectations_before") as step:
                self._expectations.before(step)

    def _ask_what_is_pending(self, step: Step) -> str | None:
        if self.moves.ask():
            return "What is pending could not be told."
        step.say(f"{len(self.moves.pending)} pending, after {self.moves.applied or 'an empty database'}.")
        return None if self.moves.pending else "Nothing is pending."

    def _snapshot(self, step: Step) -> str | None:
        self._base = self._laboratory.catalogue()
        self._base_tables = self._laboratory.tables()
        self._behind = self._laboratory.sequences_behind()
        self._sequences = self._laboratory.sequence_values()
        self.rows = self._laboratory.set_mark("base", base_views(self._base_tables, self._order.settings.may_differ))
        step.say(f"{len(self._base_tables)} tables, {self.rows} rows.")
        if self._base_tables and not self.rows:
            self.notes.leave_out(NO_ROWS)
        for table in self._base_tables:
            if not table.key:
                left = f"{table.name} has no key: which of its rows change, and new ones, cannot be followed."
                self.notes.leave_out(left)
        for column, reason in self._order.settings.may_differ.items():
            self.notes.leave_out(f"{column} is not compared: {reason}")
        return None

    def _old_version_before(self, step: Step) -> str | None:
        self.old.before(step)
        return None

    def _upgrade(self, step: Step) -> str | None:
        with self._laboratory.watch() as effects:
            failure = self.moves.up(FindingCode.UPGRADE_FAILED)
        if failure:
            self.moves.look_for_half_way_up(self._base, failure)
            return "The upgrade failed."
        self._note_effects(effects, step)
        self._head = self._laboratory.catalogue()
        self._change = change(self._base_tables, self._laboratory.tables())
        for name in self._laboratory.invalid_indexes():
            self.notes.find(FindingCode.INVALID_INDEX, name, "It was left invalid by the upgrade: nothing uses it.")
        self._look_at_sequences("upgrade")
        self._laboratory.set_mark("head", head_views(self._change, self._order.settings.may_differ))
        self.notes.lost_on_reverse += new_things(self._change)
        return None

    def _lint_statements(self, step: Step) -> str | None:
        if self._laboratory.dialect != "postgresql":
            step.say("It knows PostgreSQL only.")
        elif self._lint is None:
            self.notes.leave_out(NO_STATEMENT_LINT)
            step.say("Not done.")
        else:
            if unheard := sum(each.unheard for each in self.moves.upgrade_steps):
                self.notes.leave_out(f"{unheard} statements were too long, and were not linted.")
            for found in self._lint(self.moves.upgrade_steps, self._laboratory.server.removeprefix("PostgreSQL ")):
                self.notes.add(found)
        return None

    def _expect(self, step: Step) -> str | None:
        self._expectations.now(step)
        return None

    def _old_version(self, step: Step) -> str | None:
        self.old.again(step)
        return None

    def _expect_after_old_writes(self, step: Step) -> str | None:
        self._expectations.after_old_writes(step)
        return None

    def _downgrade(self, _: Step) -> str | None:
        failure = self.moves.down()
        if failure is None:
            return None
        self.notes.find(FindingCode.DOWNGRADE_FAILED, self.moves.where_it_stands(), failure)
        self.moves.look_for_half_way_down(self._head)
        return "The downgrade failed."

    def _compare(self, step: Step) -> str | None:
        found = differences(self._base, self._laboratory.catalogue())
        self._aside = [each.name for each in found if self._is_kept_aside(each)]
        for each in [each for each in found if each.name not in self._aside][:SHOWN]:
            self.notes.add(each.as_finding())
        if self._aside:
            step.say(f"The downgrade keeps {', '.join(self._aside)} aside; the next upgrade must take it up again.")
        self._compare_rows()
        self._look_at_sequences("downgrade")
        now = self._laboratory.sequence_values()
        for name, (upcoming, rising) in self._sequences.items():
            if name in now and (now[name][0] < upcoming if rising else now[name][0] > upcoming):
                detail = f"Its next value was {upcoming} and is {now[name][0]} after the downgrade."
                self.notes.find(FindingCode.SEQUENCE_BEHIND, name, detail)
        return None

    def _old_version_after(self, step: Step) -> str | None:
        self.old.again(step, "After the downgrade: ")
        return None

    def _upgrade_again(self, _: Step) -> str | None:
        self._new_rows = NewRows(self._laboratory, self.notes, self._change, self._order.settings.may_differ)
        self._new_rows.choose_templates()
        if self.moves.up(FindingCode.SECOND_UPGRADE_DIFFERS):
            self.notes.leave_out("No row was written through the new schema: the second upgrade failed.")
            return "The second upgrade failed."
        for each in differences(self._head, self._laboratory.catalogue())[:SHOWN]:
            detail = f"After the second upgrade {each.words}, compared with the first."
            self.notes.find(FindingCode.SECOND_UPGRADE_DIFFERS, each.name, detail)
        views = head_views(self._new_rows.change_now(), self._order.settings.may_differ)
        for changed in self._laboratory.compare("head", views):
            detail = f"The second upgrade of the same rows gave others than the first: {changed.detail}."
            self.notes.find(FindingCode.SECOND_UPGRADE_DIFFERS, changed.object, detail)
        return None

    def _write_new_rows(self, step: Step) -> str | None:
        step.say(f"{self._new_rows.write()} rows written.")
        return None

    def _downgrade_with_new_rows(self, _: Step) -> str | None:
        failure = self.moves.down()
        if failure is None:
            self._new_rows.check_after_downgrade()
            return None
        self.moves.refused(self._head, failure, self._new_rows.labels())
        for place in self._new_rows.to_try_alone():
            if self._try_alone(place):
                return "The upgrade failed."
        return "The downgrade refuses rows of the new form."

    def _try_alone(self, place: int) -> str | None:
        """One kind of row on a fresh copy: what one refuses must not hide what another loses."""
        self._laboratory.start_again()
        self._new_rows.choose_templates()
        failed = self.moves.up(FindingCode.SECOND_UPGRADE_DIFFERS)
        if failed:
            return failed
        self._new_rows.write(only=place)
        failure = self.moves.down()
        if failure is None:
            self._new_rows.check_after_downgrade()
        else:
            self.moves.refused(self._head, failure, self._new_rows.labels())
        return None

    def _keep_new_data(self, step: Step) -> str | None:
        """Only where the downgrade could have kept new values somewhere: then the next upgrade must show them."""
        if not self.notes.lost_on_reverse or not (self._aside or self._new_rows.could_flow_back):
            step.say("Nothing could have come back.")
            return None
        if self.moves.up(FindingCode.SECOND_UPGRADE_DIFFERS):
            return "The third upgrade failed."
        back = self._new_rows.came_back(self.notes.lost_on_reverse)
        self.notes.lost_on_reverse = [each for each in self.notes.lost_on_reverse if each not in back]
        if back:
            step.say(f"A further upgrade brings back {', '.join(back)}.")
        return None

    def _note_effects(self, effects: Effects, step: Step) -> None:
        if effects.not_seen:
            self.notes.leave_out(f"Locks were not watched: {effects.not_seen}")
        for (table, blocked), seconds in effects.locks.items():
            step.say(f"{blocked.capitalize()} of {table} was blocked for {seconds} s.")
            if seconds >= self._limits.lock_seconds:
                detail = f"{blocked.capitalize()} is blocked for {seconds} s on the copy."
                self.notes.find(FindingCode.BLOCKING_LOCK, table, detail)
        for table, size in effects.rewritten.items():
            step.say(f"{table} was rewritten.")
            if size >= self._limits.rewrite_bytes:
                self.notes.find(FindingCode.TABLE_REWRITTEN, table, f"All of it is written anew: {size} bytes.")
        for table, rows in effects.touched.items():
            step.say(f"{rows} rows of {table} were written.")

    def _compare_rows(self) -> None:
        tables = {each.name: each for each in self._laboratory.tables()}
        views = []
        for view in base_views(self._base_tables, self._order.settings.may_differ):
            now = tables.get(view.was)
            missing = [name for name in view.columns if now is None or now.column(name) is None]
            if now is not None and not missing:
                views.append(replace(view, table=now))
            elif self.rows:
                what = ", ".join(missing) if now else "the table"
                detail = f"After the downgrade {what} is missing, and with it what stood there."
                self.notes.find(FindingCode.DATA_LOST, view.was, detail)
        for changed in self._laboratory.compare("base", views):
            code = FindingCode.DATA_LOST if changed.lost else FindingCode.DATA_CHANGED
            self.notes.find(code, changed.object, changed.detail)

    def _look_at_sequences(self, when: str) -> None:
        for name, why in self._laboratory.sequences_behind().items():
            if name not in self._behind:
                self.notes.find(FindingCode.SEQUENCE_BEHIND, name, f"After the {when} {why}.")

    def _is_kept_aside(self, found: Difference) -> bool:
        """A table that only the downgrade made: the upgrade did not, so it was not forgotten."""
        return found.kind == "table" and found.before is None and ("table", found.name) not in self._head
