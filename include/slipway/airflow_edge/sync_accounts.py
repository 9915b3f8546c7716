"""Airflow's accounts follow the policy in effect: `python -m slipway.airflow_edge.sync_accounts`."""

import os
import sys
from pathlib import Path

from slipway.adapters.generated_passwords import VARIABLE, generated_password
from slipway.airflow_edge.people_sync import Passwords, sync
from slipway.catalogue.load import load_people
from slipway.domain.errors import SlipwayError
from slipway.domain.people import People
from slipway.ports.values import Actor
from slipway.use_cases.sync_accounts import AccountChanges, sync_accounts
from slipway.wiring import make_store

BY = Actor(id="platform", via="accounts")


def passwords_from(seed: str) -> Passwords:
    """Generated passwords, or none where no seed is given."""
    return lambda account: generated_password(seed, account) if seed else None


def follow_policy() -> AccountChanges:
    """What was changed. Before the first activation the people are the catalogue's."""
    passwords = passwords_from(os.environ.get(VARIABLE, ""))
    folder = Path(os.environ["SLIPWAY_CATALOGUE"])

    def make(people: People, break_glass: frozenset[str]) -> AccountChanges:
        return sync(people, passwords, break_glass=break_glass)

    return sync_accounts(make_store(), lambda: load_people(folder), make, BY)


def main() -> int:
    """Returns 0 and says what was done; 1 where the accounts stay as they were, and why."""
    try:
        sys.stdout.write(f"{follow_policy()}\n")
    except SlipwayError as error:
        sys.stderr.write(f"{error}\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
