"""Brings Airflow's accounts to the people of the policy in effect; files alone change no account (R26, R27)."""

from collections.abc import Callable
from dataclasses import asdict, dataclass

from slipway.domain.errors import NotFoundError
from slipway.domain.governed import people_digest
from slipway.domain.people import People
from slipway.ports.store import ReleaseStore, Transaction
from slipway.ports.values import Actor


@dataclass(frozen=True, kw_only=True)
class AccountChanges:
    """Whose accounts were made, changed or closed."""

    made: tuple[str, ...] = ()
    changed: tuple[str, ...] = ()
    closed: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.made or self.changed or self.closed)

    def __str__(self) -> str:
        told = [f"{word}: {', '.join(names)}" for word, names in asdict(self).items() if names]
        return "; ".join(told) or "nothing to change"


MakeAccounts = Callable[[People], AccountChanges]
"""Makes the accounts exactly those of these people; harmless to repeat."""


def sync_accounts(
    store: ReleaseStore, first_people: Callable[[], People], make: MakeAccounts, actor: Actor
) -> AccountChanges:
    """What was changed. `first_people` are asked for only where no policy was ever in effect."""
    with store.transaction() as tx:
        tx.accounts.lock()
        in_effect = _in_effect(tx)
        people = first_people() if in_effect is None else in_effect
        changes = make(people)
        digest = people_digest(people)
        if tx.accounts.follow() != digest:
            tx.accounts.now_follow(digest)
        if changes:
            payload = {"people": digest, **{word: list(names) for word, names in asdict(changes).items()}}
            tx.log("accounts_synced", actor, payload=payload)
        return changes


def accounts_are_behind(store: ReleaseStore) -> bool:
    """Whether people were activated whom the accounts do not follow yet."""
    with store.transaction() as tx:
        if tx.policies.activation() is None:
            return False
        return tx.accounts.follow() != tx.policy().governed.people_digest


def _in_effect(tx: Transaction) -> People | None:
    try:
        return tx.policy().people
    except NotFoundError:
        return None
