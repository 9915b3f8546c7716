"""One transaction of the release database: facts, their log entries, messages and wake-up calls, all or nothing."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from datetime import datetime
from functools import cached_property
from typing import Any

from sqlalchemy import Engine
from sqlalchemy.exc import InterfaceError, OperationalError

from slipway.adapters.database.accounts import DatabaseAccounts
from slipway.adapters.database.announcements import DatabaseAnnouncements
from slipway.adapters.database.audits import DatabaseAudits
from slipway.adapters.database.bookings import DatabaseBookings
from slipway.adapters.database.break_glass import DatabaseBreakGlass
from slipway.adapters.database.confirmation_waivers import DatabaseConfirmationWaivers
from slipway.adapters.database.containments import DatabaseContainments
from slipway.adapters.database.deliveries import DatabaseDeliveries
from slipway.adapters.database.disclosures import DatabaseDisclosures
from slipway.adapters.database.findings import DatabaseFindings
from slipway.adapters.database.grants import DatabaseGrants
from slipway.adapters.database.last_days import DatabaseLastDays
from slipway.adapters.database.log_reader import LogReader
from slipway.adapters.database.migration_proofs import DatabaseMigrationProofs
from slipway.adapters.database.mirrored_copies import DatabaseMirroredCopies
from slipway.adapters.database.outbox import DatabaseOutbox
from slipway.adapters.database.pending_acts import DatabasePendingActs
from slipway.adapters.database.permits import DatabaseActivities, DatabasePermits
from slipway.adapters.database.policies import DatabasePolicies, DecodedRows
from slipway.adapters.database.preprods import DatabasePreprods
from slipway.adapters.database.quarantines import DatabaseQuarantines
from slipway.adapters.database.records import DatabaseRecords
from slipway.adapters.database.releases import DatabaseReleases
from slipway.adapters.database.reviews import DatabaseReviews
from slipway.adapters.database.rows import Sql
from slipway.adapters.database.service_tokens import DatabaseKeyedRequests, DatabaseServiceTokens
from slipway.adapters.database.stages import DatabaseStages
from slipway.adapters.database.topics import DatabaseTopics
from slipway.adapters.database.turns import DatabaseLeases, DatabaseTurns
from slipway.adapters.database.watch_samples import DatabaseWatchSamples
from slipway.domain.errors import DatabaseUnavailableError
from slipway.domain.json_value import JsonObject, canonical
from slipway.domain.message import Message
from slipway.domain.release import Attempt
from slipway.ports.values import Actor, PolicyInEffect

CHANNEL = "slipway"
"""PostgreSQL notification channel: something changed that a waiter may care about."""


@dataclass
class DatabaseTransaction:
    """`Transaction` on PostgreSQL."""

    sql: Sql
    _decoded: DecodedRows = field(default_factory=DecodedRows)
    _entries: list[dict[str, Any]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.releases = DatabaseReleases(self.sql)
        self.stages = DatabaseStages(self.sql)
        self.turns = DatabaseTurns(self.sql)
        self.leases = DatabaseLeases(self.sql)
        self.permits = DatabasePermits(self.sql)
        self.activities = DatabaseActivities(self.sql)
        self.grants = DatabaseGrants(self.sql)
        self.records = DatabaseRecords(self.sql)
        self.break_glass = DatabaseBreakGlass(self.sql)
        self.containments = DatabaseContainments(self.sql)
        self.migrations = DatabaseMigrationProofs(self.sql)
        self.pending_acts = DatabasePendingActs(self.sql)
        self.quarantines = DatabaseQuarantines(self.sql)
        self.reviews = DatabaseReviews(self.sql)
        self.disclosures = DatabaseDisclosures(self.sql)
        self.bookings = DatabaseBookings(self.sql)
        self.confirmation_waivers = DatabaseConfirmationWaivers(self.sql)
        self.announcements = DatabaseAnnouncements(self.sql)
        self.tokens = DatabaseServiceTokens(self.sql)
        self.keyed_requests = DatabaseKeyedRequests(self.sql)
        self.outbox = DatabaseOutbox(self.sql)
        self.deliveries = DatabaseDeliveries(self.sql)
        self.topics = DatabaseTopics(self.sql)
        self.last_days = DatabaseLastDays(self.sql)
        self.audits = DatabaseAudits(self.sql)
        self.findings = DatabaseFindings(self.sql)
        self.policies = DatabasePolicies(self.sql, self._decoded)
        self.accounts = DatabaseAccounts(self.sql)
        self.mirrored_copies = DatabaseMirroredCopies(self.sql)
        self.watch_samples = DatabaseWatchSamples(self.sql)
        self.preprods = DatabasePreprods(self.sql)

    @cached_property
    def now(self) -> datetime:
        """The database's clock at the start of the transaction."""
        at: datetime = self.sql.value("SELECT now()")
        return at

    def policy(self) -> PolicyInEffect:
        """Who may do what now."""
        return self.policies.in_effect()

    def log(
        self,
        kind: str,
        actor: Actor,
        *,
        attempt: Attempt | None = None,
        release_id: str | None = None,
        service: str | None = None,
        environment: str | None = None,
        payload: JsonObject | None = None,
    ) -> None:
        """Keeps an entry for the end of the transaction."""
        self._entries.append(
            {
                "kind": kind,
                "release_id": attempt.release_id if attempt else release_id,
                "attempt": attempt.id if attempt else None,
                "service": attempt.service if attempt else service,
                "environment": environment,
                "actor": actor.id,
                "via": actor.via,
                "payload": canonical(payload or {}),
            }
        )

    def tell(self, message: Message) -> None:
        """Puts a message into the outbox."""
        self.sql.run(
            """INSERT INTO outbox (key, channel, text, release_id, headline, payload)
            VALUES (:key, :channel, :text, :release_id, :headline, :payload) ON CONFLICT (key) DO NOTHING""",
            key=message.key,
            channel=message.channel,
            text=message.text,
            release_id=message.release_id,
            headline=message.headline,
            payload=json.dumps(_more(message)),
        )

    def log_head(self) -> tuple[int, str]:
        """Number and hash of the last entry."""
        return LogReader(self.sql).head()

    def wake(self) -> None:
        """Wakes waiters at commit; PostgreSQL folds repeated calls of one transaction into one."""
        self.sql.run("SELECT pg_notify(:channel, '')", channel=CHANNEL)

    def flush_log(self) -> None:
        """Appends the kept entries. Last of all: the chain's head is locked from here to the commit only."""
        for entry in self._entries:
            self.sql.run(
                """INSERT INTO log (kind, release_id, attempt, service, environment, actor, via, payload)
                VALUES (:kind, :release_id, :attempt, :service, :environment, :actor, :via, :payload)""",
                **entry,
            )
        self._entries.clear()


class DatabaseStore:
    """`ReleaseStore` on PostgreSQL."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self._decoded = DecodedRows()

    @contextmanager
    def transaction(self) -> Iterator[DatabaseTransaction]:
        """A transaction that commits when its block ends well."""
        try:
            with self.engine.begin() as connection:
                transaction = DatabaseTransaction(Sql(connection), self._decoded)
                yield transaction
                transaction.flush_log()
        except (OperationalError, InterfaceError) as error:
            raise DatabaseUnavailableError(_what_to_do(error)) from error


def _more(message: Message) -> JsonObject:
    more: JsonObject = {} if message.link is None else {"link": asdict(message.link)}
    more = {**more, "mentions": list(message.mentions)} if message.mentions else more
    return {**more, "loud": True} if message.loud else more


def _what_to_do(error: OperationalError | InterfaceError) -> str:
    code = getattr(error.orig, "pgcode", None)
    if code in _OTHERS_WERE_FIRST:
        return "others worked on the same rows of the release database for too long; nothing was changed. Try again"
    return (
        "the release database does not answer; nothing was changed. It is tried again; if it stays away,"
        " see `slipway doctor`"
    )


_OTHERS_WERE_FIRST = frozenset({"55P03", "40P01", "40001"})
"""PostgreSQL's codes for: lock not available in time, deadlock, could not serialise."""
