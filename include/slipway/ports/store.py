"""The release database, as the use cases see it. Facts and their log entries are written in one transaction."""

from contextlib import AbstractContextManager
from datetime import datetime
from typing import Protocol

from slipway.domain.json_value import JsonObject
from slipway.domain.message import Message
from slipway.domain.release import (
    Attempt,
)
from slipway.ports.repositories.evidence import (
    Audits,
    BreakGlass,
    Disclosures,
    Findings,
    LastDays,
    MigrationProofs,
    MirroredCopies,
    Reviews,
)
from slipway.ports.repositories.messages import Deliveries, Outbox, Topics
from slipway.ports.repositories.rules import (
    Accounts,
    Announcements,
    Bookings,
    ConfirmationWaivers,
    KeyedRequests,
    PendingActs,
    Policies,
    Records,
    ServiceTokens,
)
from slipway.ports.repositories.work import (
    Activities,
    Containments,
    Grants,
    Leases,
    Permits,
    Preprods,
    Quarantines,
    Releases,
    Stages,
    Turns,
    WatchSamples,
)
from slipway.ports.values import (
    Actor,
    PolicyInEffect,
)


class Transaction(Protocol):
    """One transaction; commits when its block ends well, rolls back whole when it raises."""

    @property
    def releases(self) -> Releases: ...
    @property
    def stages(self) -> Stages: ...
    @property
    def turns(self) -> Turns: ...
    @property
    def leases(self) -> Leases: ...
    @property
    def permits(self) -> Permits: ...
    @property
    def activities(self) -> Activities: ...
    @property
    def grants(self) -> Grants: ...
    @property
    def records(self) -> Records: ...
    @property
    def break_glass(self) -> BreakGlass: ...
    @property
    def containments(self) -> Containments: ...
    @property
    def migrations(self) -> MigrationProofs: ...
    @property
    def pending_acts(self) -> PendingActs: ...
    @property
    def quarantines(self) -> Quarantines: ...
    @property
    def reviews(self) -> Reviews: ...
    @property
    def disclosures(self) -> Disclosures: ...
    @property
    def bookings(self) -> Bookings: ...
    @property
    def confirmation_waivers(self) -> ConfirmationWaivers: ...
    @property
    def announcements(self) -> Announcements: ...
    @property
    def tokens(self) -> ServiceTokens: ...
    @property
    def keyed_requests(self) -> KeyedRequests: ...
    @property
    def outbox(self) -> Outbox: ...
    @property
    def deliveries(self) -> Deliveries: ...
    @property
    def topics(self) -> Topics: ...
    @property
    def last_days(self) -> LastDays: ...
    @property
    def audits(self) -> Audits: ...
    @property
    def findings(self) -> Findings: ...
    @property
    def policies(self) -> Policies: ...
    @property
    def accounts(self) -> Accounts: ...
    @property
    def mirrored_copies(self) -> MirroredCopies: ...
    @property
    def watch_samples(self) -> WatchSamples: ...
    @property
    def preprods(self) -> Preprods: ...

    @property
    def now(self) -> datetime:
        """The database's clock at the start of the transaction, aware UTC."""

    def policy(self) -> PolicyInEffect:
        """Who may do what now. Raises NotFoundError before the first activation."""

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
        """Appends an entry; written at commit, in order, after everything else of the transaction."""

    def tell(self, message: Message) -> None:
        """Puts a message into the outbox; a key already there is left alone."""

    def log_head(self) -> tuple[int, str]:
        """Number and hash of the last entry that is written; what this transaction logs comes after it."""

    def wake(self) -> None:
        """Tells whoever waits (triggers, the reconciler) to look again, at commit."""


class ReleaseStore(Protocol):
    """The release database."""

    def transaction(self) -> AbstractContextManager[Transaction]:
        """Raises DatabaseUnavailableError where it does not answer."""
