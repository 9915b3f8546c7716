"""The note of what is under way, in the service's database. It is there only while a migration runs, or after one
was killed: the table is made for a run and dropped at its end, so that a clean run leaves nothing behind."""

from dataclasses import dataclass

from sqlalchemy import Connection, inspect, text

TABLE = "slipway_migration_begun"


@dataclass(frozen=True, kw_only=True)
class Begun:
    """One migration that was begun and not seen to end."""

    revision: str
    going_up: bool
    in_transaction: bool
    backend: str
    """Process of the server and when it started; empty for SQLite."""
    progress: str


class BegunNotes:
    """On a connection where every statement stands alone."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def read(self) -> Begun | None:
        """What an earlier run left; None: it ended in order."""
        if not inspect(self._connection).has_table(TABLE):
            return None
        row = self._connection.execute(text(f"SELECT * FROM {TABLE}")).mappings().first()  # noqa: S608 - our name
        if row is None:
            return None
        flags = {"going_up": bool(row["going_up"]), "in_transaction": bool(row["in_transaction"])}
        return Begun(revision=row["revision"], backend=row["backend"], progress=row["progress"], **flags)

    def write(self, begun: Begun) -> None:
        """Before the migration's first statement."""
        self._connection.execute(
            text(
                f"CREATE TABLE IF NOT EXISTS {TABLE} (revision varchar(200) NOT NULL, going_up int NOT NULL,"
                " in_transaction int NOT NULL, backend varchar(200) NOT NULL, progress varchar(1000) NOT NULL)"
            )
        )
        self._connection.execute(text(f"DELETE FROM {TABLE}"))  # noqa: S608 - our name
        self._connection.execute(
            text(f"INSERT INTO {TABLE} VALUES (:revision, :going_up, :in_transaction, :backend, :progress)"),  # noqa: S608
            {
                "revision": begun.revision,
                "going_up": int(begun.going_up),
                "in_transaction": int(begun.in_transaction),
                "backend": begun.backend,
                "progress": begun.progress,
            },
        )

    def progress(self, words: str) -> None:
        """How far the migration is, in its own words."""
        self._connection.execute(text(f"UPDATE {TABLE} SET progress = :words"), {"words": words[:1000]})  # noqa: S608

    def clear(self) -> None:
        """The run is over, and what it did is known."""
        self._connection.execute(text(f"DROP TABLE IF EXISTS {TABLE}"))
