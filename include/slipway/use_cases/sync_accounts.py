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


MakeAccounts = Callable[[People, frozenset[str]], AccountChanges]
"""Makes the accounts exactly those of these people, and break-glass in force for those named; harmless to repeat."""


def sync_accounts(
    store: ReleaseStore, first_people: Callable[[], People], make: MakeAccounts, actor: Actor
) -> AccountChanges:
    """What was changed. `first_people` are asked for only where no policy was ever in effect."""
    with store.transaction() as tx:
        tx.accounts.lock()
        in_effect = _in_effect(tx)
        people = first_people() if in_effect is None else in_effect
        break_glass = _break_glass(tx, people)
        changes = make(people, break_glass)
        wanted = _wanted(people_digest(people), break_glass)
        if tx.accounts.follow() != wanted:
            tx.accounts.now_follow(wanted)
        if changes:
            payload = {"people": people_digest(people), "break_glass": sorted(break_glass)}
            payload |= {word: list(names) for word, names in asdict(changes).items()}
            tx.log("accounts_synced", actor, payload=payload)
        return changes


def accounts_are_behind(store: ReleaseStore) -> bool:
    """Whether people were activated, or break-glass opened or ended, which the accounts do not follow yet."""
    with store.transaction() as tx:
        if tx.policies.activation() is None:
            return False
        policy = tx.policy()
        wanted = _wanted(policy.governed.people_digest, _break_glass(tx, policy.people))
        return tx.accounts.follow() != wanted


def _break_glass(tx: Transaction, people: People) -> frozenset[str]:
    """By the database's clock, whether or not anybody has written that its time is over."""
    opening = tx.break_glass.in_force()
    return frozenset() if opening is None else frozenset({opening.person} & people.by_id.keys())


def _wanted(people: str, break_glass: frozenset[str]) -> str:
    """What the accounts should be, by name."""
    return f"{people} with break-glass for {', '.join(sorted(break_glass))}" if break_glass else people


def _in_effect(tx: Transaction) -> People | None:
    try:
        return tx.policy().people
    except NotFoundError:
        return None
