"""The rows that a rehearsal writes, changes and deletes through the new schema, from choice to what became of them."""

from collections import Counter
from collections.abc import Collection, Mapping, Sequence

from sqlalchemy import Connection, text

from slipway.adapters.migrations.rehearsal.checking import after_downgrade, comes_back
from slipway.adapters.migrations.rehearsal.laboratory import Laboratory
from slipway.adapters.migrations.rehearsal.notes import Notes
from slipway.adapters.migrations.rehearsal.old_rows import OldRows, choose, delete, is_there_again
from slipway.adapters.migrations.rehearsal.probes import PLAIN, Variant, variants
from slipway.adapters.migrations.rehearsal.shapes import Change, Pair, Table, change
from slipway.adapters.migrations.rehearsal.writing import CannotWriteError, Key, Writer, Written, templates

_ALONE_AT_MOST = 12
_PLAIN = 3


class NewRows:
    """One scratch copy's probes."""

    def __init__(self, laboratory: Laboratory, notes: Notes, first: Change, excluded: Collection[str]) -> None:
        self._laboratory = laboratory
        self._notes = notes
        self._excluded = excluded
        self._changed = {pair.before.name for pair in first.pairs if _differs(pair)}
        self._any_gone = bool(first.gone) or any(pair.gone_columns for pair in first.pairs)
        self._before: Sequence[Table] = ()
        self._templates: dict[str, Sequence[Key]] = {}
        self._written: list[Written] = []
        self._new: list[Written] = []
        self._old: Mapping[str, OldRows] = {}
        self._rewritten: list[Written] = []
        self._deleted: list[tuple[Table, Key]] = []
        self._now: Change | None = None
        self._rows: Mapping[str, int] = {}
        self._kept_elsewhere = False

    @property
    def could_flow_back(self) -> bool:
        """Whether old columns or tables took part, so that a downgrade may keep new values in them."""
        return self._any_gone or self._kept_elsewhere

    def choose_templates(self) -> None:
        """Before the upgrade, while the old columns can be looked at."""
        self._before = self._laboratory.tables()
        self._now = None
        with self._laboratory.connected() as connection:
            chosen = {table.name: choose(connection, table) for table in self._before}
            self._old = {name: rows for name, rows in chosen.items() if rows is not None}
            self._templates = {table.name: self._templates_of(connection, table) for table in self._before}
        self._rows = self._counted() if self._notes.lost_on_reverse else {}

    def change_now(self) -> Change:
        """The tables before this upgrade, and after it."""
        if self._now is None:
            self._now = change(self._before, self._laboratory.tables())
        return self._now

    def write(self, only: int | None = None) -> int:
        """All probes, or a single one (0: what is done to old rows); how many rows."""
        self._written, self._new, self._rewritten, self._deleted = [], [], [], []
        planned = self._plan()
        with self._laboratory.connected() as connection:
            writer = Writer(connection, self._laboratory.values)
            for pair, variant in planned if only is None else planned[only - 1 : only] if only else ():
                self._write(writer, pair, variant)
            for table in self.change_now().new if only is None else ():
                self._write_into_new(writer, table)
            if not only:
                self._touch_old(connection, writer)
            connection.commit()
        return len(self._written) + len(self._new) + len(self._rewritten) + len(self._deleted)

    def to_try_alone(self) -> Sequence[int]:
        """Places of the probes, where there are several; those beyond the first twelve are said to be left out."""
        places = [*([0] if self._old else []), *range(1, len(self._plan()) + 1)]
        if len(places) <= 1:
            return ()
        if len(places) > _ALONE_AT_MOST:
            left = len(places) - _ALONE_AT_MOST
            self._notes.leave_out(
                f"The downgrade refuses new rows; {left} of {len(places)} kinds were not tried alone."
            )
        return places[:_ALONE_AT_MOST]

    def labels(self) -> str:
        """What was written, besides plain copies."""
        found = [f"{each.pair.before.name}: {each.variant.label}" for each in self._written if not each.variant.plain]
        plain = [
            f"{each.pair.before.name}: {each.variant.label}" for each in [*self._written, *self._new, *self._rewritten]
        ]
        return "; ".join(dict.fromkeys(found or plain))

    def check_after_downgrade(self) -> None:
        """Findings for rows that are gone or altered."""
        with self._laboratory.connected() as connection:
            found = [*after_downgrade(connection, [*self._written, *self._rewritten])]
            found += [again for each in self._deleted if (again := is_there_again(connection, *each))]
            connection.rollback()
        for finding in found:
            if finding.object not in self._excluded:
                self._notes.add(finding)
        written = Counter(each.pair.before.name for each in self._written)
        now = self._counted() if self._rows else {}
        self._kept_elsewhere = any(now[name] > self._rows.get(name, now[name]) + written[name] for name in now)

    def came_back(self, lost: Sequence[str]) -> Sequence[str]:
        """Of the new columns, those whose values a further upgrade brought back in every row."""
        with self._laboratory.connected() as connection:
            return [
                f"{pair.after.name}.{column.name}"
                for pair in self.change_now().pairs
                for column in pair.new_columns
                if f"{pair.after.name}.{column.name}" in lost
                and comes_back(connection, [each for each in self._written if each.pair is pair], column.name)
            ]

    def _templates_of(self, connection: Connection, table: Table) -> Sequence[Key]:
        found = templates(connection, table, many=table.name in self._changed)
        old = self._old.get(table.name)
        return [key for key in found if old is None or key not in {old.changed, old.deleted}]

    def _counted(self) -> Mapping[str, int]:
        """The rows of each table: a downgrade that keeps values in an old table makes that one grow."""
        tables = self._laboratory.tables()
        with self._laboratory.connected() as connection:
            counts = {
                each.name: connection.execute(text(f"SELECT count(*) FROM {each.quoted}")).scalar_one()
                for each in tables
            }
            connection.rollback()
        return counts

    def _plan(self) -> Sequence[tuple[Pair, Variant]]:
        pairs = self.change_now().pairs
        plain = [(pair, PLAIN) for pair in pairs if pair.before.key]
        return [
            *((pair, each) for pair in pairs if pair.before.key for each in self._variants(pair)),
            *plain,
        ]

    def _variants(self, pair: Pair) -> Sequence[Variant]:
        return list(variants(pair, self._before, self._laboratory.values))

    def _write(self, writer: Writer, pair: Pair, variant: Variant) -> None:
        keys = self._templates[pair.before.name]
        if not keys:
            self._make_up(writer, pair, variant)
            return
        many = pair.before.name in self._changed
        said: str | None = None
        for key in keys if variant.plain and many else keys[:_PLAIN]:
            try:
                self._written.append(writer.copy(pair, variant, key))
            except CannotWriteError as error:
                said = str(error)
                continue
            if not variant.plain:
                return
        if said and (many or not variant.plain):
            self._notes.leave_out(f"{pair.after.name}: {variant.label} could not be written: {said}.")

    def _touch_old(self, connection: Connection, writer: Writer) -> None:
        """One row of each table is changed, another deleted: a downgrade must not undo what was done since."""
        tables = [*(pair.after for pair in self.change_now().pairs), *self.change_now().new]
        few, kept = [], []
        for pair in self.change_now().pairs:
            old = self._old.get(pair.before.name)
            if old is None:
                few += [pair.before.name] if self._templates[pair.before.name] else []
                continue
            try:
                self._rewritten.append(writer.change(pair, old.changed, old.like))
            except CannotWriteError as error:
                self._notes.leave_out(f"{pair.after.name}: no old row could be changed: {error}.")
            if delete(connection, pair, old.deleted, tables):
                self._deleted.append((pair.before, old.deleted))
            else:
                kept.append(pair.after.name)
        for tried, names, why in (
            ("Changing and deleting", few, "too few rows"),
            ("Deleting", kept, "rows are needed"),
        ):
            if names:
                self._notes.leave_out(f"{tried} old rows was not tried in {', '.join(names)}: {why}.")

    def _make_up(self, writer: Writer, pair: Pair, variant: Variant) -> None:
        if not variant.plain:
            self._notes.leave_out(f"{pair.after.name} has no rows: {variant.label} was not tried.")
            return
        try:
            self._written.append(writer.make_up(pair))
        except CannotWriteError as error:
            self._notes.leave_out(f"{pair.after.name} has no rows, and none could be made up: {error}.")

    def _write_into_new(self, writer: Writer, table: Table) -> None:
        try:
            self._new.append(writer.make_up(Pair(before=table, after=table)))
        except CannotWriteError as error:
            self._notes.leave_out(f"{table.name} is new, and no row could be made up for it: {error}.")


def _differs(pair: Pair) -> bool:
    before, after = pair.before, pair.after
    return (before.columns, before.uniques, before.references, before.checks, before.name) != (
        after.columns,
        after.uniques,
        after.references,
        after.checks,
        after.name,
    )
