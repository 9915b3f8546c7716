"""The scratch copy on PostgreSQL."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from datetime import datetime

from sqlalchemy import Connection, text

from slipway.adapters.migrations.rehearsal.catalogue import OWN_TABLES, Catalogue, differences
from slipway.adapters.migrations.rehearsal.laboratory import Changed, Effects, Values, View
from slipway.adapters.migrations.rehearsal.postgres import fingerprint as prints
from slipway.adapters.migrations.rehearsal.postgres.catalogue import invalid_indexes, read_catalogue
from slipway.adapters.migrations.rehearsal.postgres.connection import connected
from slipway.adapters.migrations.rehearsal.postgres.dump import Dumper, find_tools
from slipway.adapters.migrations.rehearsal.postgres.sample import fill_with_sample, refresh_views
from slipway.adapters.migrations.rehearsal.postgres.scratch import (
    ScratchServer,
    must_be_apart,
    must_be_of_release,
    must_be_together,
    must_not_be,
    scratch_server,
)
from slipway.adapters.migrations.rehearsal.postgres.sequences import put_back, read_sequences
from slipway.adapters.migrations.rehearsal.postgres.shapes import read_tables
from slipway.adapters.migrations.rehearsal.postgres.surroundings import cut_off, read_surroundings
from slipway.adapters.migrations.rehearsal.postgres.values import PostgresValues
from slipway.adapters.migrations.rehearsal.postgres.watch import WHAT_IT_BLOCKS, watched
from slipway.adapters.migrations.rehearsal.shapes import Table
from slipway.domain.errors import ServiceMigrationError
from slipway.domain.service import CopyStrategy
from slipway.ports.rehearsal import RehearsalOrder


class PostgresLaboratory:
    """Made by `postgres_laboratory`."""

    dialect = "postgresql"

    def __init__(self, order: RehearsalOrder, scratch: ScratchServer) -> None:
        self.values: Values = PostgresValues()
        self.not_covered: Sequence[str] = ()
        self._order = order
        self._scratch = scratch
        self._seed_number = prints.new_seed()
        self._marks: dict[str, dict[str, prints.Print]] = {}
        with self._source() as source:
            self._source_catalogue = read_catalogue(source)
            self.server = f"PostgreSQL {source.execute(text('SHOW server_version')).scalar_one()}"
            surroundings = read_surroundings(source)
            number = source.execute(text("SELECT current_setting('server_version_num')::int")).scalar_one()
        self._major = number // 10_000
        must_be_of_release(self._major, scratch.major)
        scratch.settings = surroundings.settings
        self._seed_url = self._make_seed()
        must_not_be(order.order.database_url, self._seed_url, self._deadline)
        self._verify_seed()
        self.start_again()
        with self.connected() as copy:
            self.not_covered = (*self.not_covered, *surroundings.not_covered(copy))

    @property
    def url(self) -> str:
        """Of the scratch copy."""
        return self._scratch.url("copy")

    def connected(self) -> AbstractContextManager[Connection]:
        """A connection to it."""
        return connected(self.url, self._deadline)

    def connected_to(self, url: str) -> AbstractContextManager[Connection]:
        """A connection to a copy beside it."""
        return connected(url, self._deadline)

    def source_catalogue(self) -> Catalogue:
        """Of the environment's own database."""
        return self._source_catalogue

    def catalogue(self) -> Catalogue:
        """Of the scratch copy now."""
        with self.connected() as connection:
            return read_catalogue(connection)

    def tables(self) -> Sequence[Table]:
        """Of the scratch copy now."""
        with self.connected() as connection:
            return read_tables(connection)

    def invalid_indexes(self) -> Sequence[str]:
        """What a concurrent build that failed has left."""
        with self.connected() as connection:
            return invalid_indexes(connection)

    def set_mark(self, name: str, views: Sequence[View]) -> int:
        """Fingerprints the rows."""
        with self.connected() as connection:
            self._marks[name] = {view.was: self._print(connection, view) for view in views}
        return sum(each.rows for each in self._marks[name].values())

    def compare(self, name: str, views: Sequence[View]) -> Iterator[Changed]:
        """By fingerprint; where one differs from the base's, by column on a second copy of the seed."""
        views = [view for view in views if view.was in self._marks[name]]
        with self.connected() as connection:
            now = {view.was: self._print(connection, view) for view in views}
        changed = [view for view in views if now[view.was] != self._marks[name][view.was]]
        if not changed:
            return
        if name != "base":
            for view in changed:
                before, after = self._marks[name][view.was].rows, now[view.was].rows
                yield Changed(object=view.was, detail=f"{before} rows then, {after} now", lost=after < before)
            return
        pristine = self._scratch.copy(self._seed_url, "pristine")
        with connected(pristine, self._deadline) as before_it, self.connected() as after_it:
            for view in changed:
                yield from self._diagnose(before_it, after_it, view, self._marks[name][view.was], now[view.was])
        self._scratch.drop("pristine")

    def sequences_behind(self) -> Mapping[str, str]:
        """Those whose next value is taken."""
        with self.connected() as connection:
            states = read_sequences(connection)
        return {
            name: f"its next value is already in {state.feeds}, or passed there"
            for name, state in states.items()
            if state.taken
        }

    def sequence_values(self) -> Mapping[str, tuple[int, bool]]:
        """Where each stands."""
        with self.connected() as connection:
            return {name: (state.next, state.rising) for name, state in read_sequences(connection).items()}

    @contextmanager
    def keep_sequences(self) -> Iterator[None]:
        """Sets them back afterwards."""
        with self.connected() as connection:
            states = read_sequences(connection)
        try:
            yield
        finally:
            with self.connected() as connection:
                put_back(connection, states)

    @contextmanager
    def watch(self) -> Iterator[Effects]:
        """Locks sampled, files and counters compared."""
        effects = Effects()
        with watched(self.url, self._deadline, OWN_TABLES) as seen:
            yield effects
        effects.locks = {
            (table, WHAT_IT_BLOCKS.get(mode, "writing")): round(seconds, 2)
            for (table, mode), seconds in sorted(seen.held.items())
        }
        effects.rewritten, effects.touched, effects.not_seen = seen.rewritten, seen.touched, seen.failure

    @contextmanager
    def beside(self) -> Iterator[str]:
        """A copy of the scratch copy."""
        try:
            yield self._scratch.copy(self.url, "beside")
        finally:
            self._scratch.drop("beside")

    def start_again(self) -> None:
        """A copy of the seed."""
        self._scratch.copy(self._seed_url, "copy")
        with self.connected() as copy:
            for left_out in cut_off(copy):
                if left_out not in self.not_covered:
                    self.not_covered = (*self.not_covered, left_out)

    @property
    def _deadline(self) -> datetime:
        return self._order.order.deadline

    def _source(self) -> AbstractContextManager[Connection]:
        return connected(self._order.order.database_url, self._deadline, read_only=True)

    def _make_seed(self) -> str:
        how, source = self._order.settings, self._order.order.database_url
        if how.copy is CopyStrategy.REPLICA:
            return self._prepared()
        seed = self._scratch.create("seed")
        must_not_be(source, seed, self._deadline)
        dumper = Dumper(find_tools(self._major), self._deadline)
        if how.copy is CopyStrategy.SAMPLE:
            rows = how.sample_rows
            for _ in dumper.copy_around(source, seed):
                with self._source() as there, connected(seed, self._deadline) as here:
                    fill_with_sample(there, here, rows)
            with connected(seed, self._deadline) as here:
                refresh_views(here)
            self.not_covered = (f"Only a sample: {rows} rows of each table, and the rows that they refer to.",)
        else:
            dumper.copy(source, seed)
        return seed

    def _prepared(self) -> str:
        if not self._order.replica_url:
            raise ServiceMigrationError(
                "The strategy replica needs the connection of a prepared copy; the stage names none."
            )
        must_be_together(self._order.replica_url, self._order.scratch_url, self._deadline)
        self.not_covered = ("The rows are those of a copy that was prepared beforehand, not of the environment now.",)
        return self._order.replica_url

    def _verify_seed(self) -> None:
        with connected(self._seed_url, self._deadline) as seed:
            copied = read_catalogue(seed)
        found = [each for each in differences(self._source_catalogue, copied) if each.kind != "extension"]
        if found:
            said = "; ".join(each.words for each in found[:5])
            raise ServiceMigrationError(
                f"The copy is not what the environment's database is, so nothing it showed would count: {said}."
            )

    def _print(self, connection: Connection, view: View) -> prints.Print:
        return prints.fingerprint(connection, _part(view), self._seed_number)

    def _diagnose(
        self, before_it: Connection, after_it: Connection, view: View, before: prints.Print, after: prints.Print
    ) -> Iterator[Changed]:
        part, seed = _part(view), self._seed_number
        keys = prints.keys_that_differ(before_it, after_it, part, seed)
        shown = f" Rows, by key: {'; '.join(keys)}." if keys else ""
        if before.rows != after.rows:
            detail = f"{before.rows} rows before, {after.rows} after the downgrade.{shown}"
            yield Changed(object=view.table.name, detail=detail, lost=after.rows < before.rows)
            return
        then = prints.columns_of(before_it, part, seed)
        now = prints.columns_of(after_it, part, seed)
        different = [name for name in view.columns if then[name] != now[name]]
        for name in different:
            filled = f"{then[name][0]} values before, {now[name][0]} after the downgrade"
            yield Changed(
                object=f"{view.table.name}.{name}", detail=f"{filled}.{shown}", lost=now[name][0] < then[name][0]
            )
        if not different:
            yield Changed(object=view.table.name, detail=f"Values have moved between rows.{shown}", lost=False)


@contextmanager
def postgres_laboratory(order: RehearsalOrder, rehearsal: str, *, apart: bool) -> Iterator[PostgresLaboratory]:
    """Everything it makes is dropped at the end."""
    if apart:
        must_be_apart(order.order.database_url, order.scratch_url, order.order.deadline)
    with scratch_server(order.scratch_url, rehearsal, order.order.deadline) as scratch:
        yield PostgresLaboratory(order, scratch)


def _part(view: View) -> prints.Part:
    return prints.Part(table=view.table.name, quoted=view.table.quoted, columns=view.columns, key=view.table.key)
