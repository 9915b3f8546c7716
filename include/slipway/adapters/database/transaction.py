"""One transaction of the release database: facts, their log entries, messages and wake-up calls, all or nothing."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Engine
from sqlalchemy.exc import InterfaceError, OperationalError

from slipway.adapters.bank_holidays import bank_holidays
from slipway.adapters.database import codec
from slipway.adapters.database.audits import DatabaseAudits
from slipway.adapters.database.grants import DatabaseGrants
from slipway.adapters.database.outbox import DatabaseOutbox
from slipway.adapters.database.pending_acts import DatabasePendingActs
from slipway.adapters.database.permits import DatabaseActivities, DatabasePermits
from slipway.adapters.database.quarantines import DatabaseQuarantines
from slipway.adapters.database.records import DatabaseRecords
from slipway.adapters.database.releases import DatabaseReleases
from slipway.adapters.database.rows import Sql
from slipway.adapters.database.stages import DatabaseStages
from slipway.adapters.database.turns import DatabaseLeases, DatabaseTurns
from slipway.domain.errors import DatabaseUnavailableError, NotFoundError
from slipway.domain.json_value import JsonObject, canonical
from slipway.domain.people import People
from slipway.domain.platform import Platform
from slipway.domain.release import Attempt
from slipway.domain.release_window import Calendar
from slipway.ports.outside import Message
from slipway.ports.store import Actor, PolicyInEffect

CHANNEL = "slipway"
"""PostgreSQL notification channel: something changed that a waiter may care about."""


@dataclass
class DatabaseTransaction:
    """`Transaction` on PostgreSQL."""

    sql: Sql
    _policies: dict[int, PolicyInEffect] = field(default_factory=dict)
    """Policies by row: a row never changes, and decoding one costs more than all that a decision reads."""
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
        self.pending_acts = DatabasePendingActs(self.sql)
        self.quarantines = DatabaseQuarantines(self.sql)
        self.outbox = DatabaseOutbox(self.sql)
        self.audits = DatabaseAudits(self.sql)

    @cached_property
    def now(self) -> datetime:
        """The database's clock at the start of the transaction."""
        at: datetime = self.sql.value("SELECT now()")
        return at

    def policy(self) -> PolicyInEffect:
        """Who may do what now."""
        newest: int | None = self.sql.value("SELECT max(id) FROM policy")
        if newest is None:
            raise NotFoundError("no policy is in effect yet: start the platform (`make up`)")
        if newest not in self._policies:
            row = self.sql.one("SELECT * FROM policy WHERE id = :id", id=newest)
            rules = codec.platform(row["platform"])
            self._policies[newest] = PolicyInEffect(
                digest=row["digest"],
                platform=rules,
                people=codec.people(row["people"]),
                calendar=Calendar(
                    window=rules.window,
                    zone=ZoneInfo(rules.time_zone),
                    holidays=bank_holidays(rules.window.bank_holidays),
                ),
            )
        return self._policies[newest]

    def policy_digest(self) -> str | None:
        """The digest of the policy in effect, None before the first."""
        digest: str | None = self.sql.value("SELECT digest FROM policy ORDER BY id DESC LIMIT 1")
        return digest

    def activate_policy(self, digest: str, platform: Platform, people: People, by: str) -> None:
        """Makes people and rules the ones in effect."""
        self.sql.run(
            """INSERT INTO policy (digest, platform, people, activated_by)
            VALUES (:digest, :platform, :people, :by)""",
            digest=digest,
            platform=json.dumps(codec.dump(platform)),
            people=json.dumps(codec.dump(people)),
            by=by,
        )

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
            """INSERT INTO outbox (key, channel, text, payload) VALUES (:key, :channel, :text, :payload)
            ON CONFLICT (key) DO NOTHING""",
            key=message.key,
            channel=message.channel,
            text=message.text,
            payload=json.dumps(message.payload),
        )

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
        self._policies: dict[int, PolicyInEffect] = {}

    @contextmanager
    def transaction(self) -> Iterator[DatabaseTransaction]:
        """A transaction that commits when its block ends well."""
        try:
            with self.engine.begin() as connection:
                transaction = DatabaseTransaction(Sql(connection), self._policies)
                yield transaction
                transaction.flush_log()
        except (OperationalError, InterfaceError) as error:
            raise DatabaseUnavailableError(_what_to_do(error)) from error


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
