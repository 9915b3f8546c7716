"""Which people Airflow's accounts were last brought to."""

from slipway.adapters.database.rows import Sql


class DatabaseAccounts:
    """`Accounts` on PostgreSQL."""

    def __init__(self, sql: Sql) -> None:
        self._sql = sql

    def lock(self) -> None:
        """One at a time brings them up to date; nobody who only reads waits."""
        self._sql.run("LOCK TABLE account_sync IN SHARE ROW EXCLUSIVE MODE")

    def follow(self) -> str | None:
        """The digest of these people; None before the first time."""
        digest: str | None = self._sql.value("SELECT people FROM account_sync ORDER BY id DESC LIMIT 1")
        return digest

    def now_follow(self, people: str) -> None:
        """Remembers it."""
        self._sql.run("INSERT INTO account_sync (people) VALUES (:people)", people=people)
