"""What runs: the processes of a platform, as data. The compose file is made from the same list."""

import sys
from collections.abc import Sequence
from dataclasses import dataclass

from slipway.adapters.database.rights import API, RECONCILER, TASK


@dataclass(frozen=True, kw_only=True)
class Program:
    """One long-running process; `arguments` follow the Python interpreter."""

    name: str
    arguments: Sequence[str]
    signs_in: bool = False
    """Whether it acts through the API as a machine account, and so gets the secret of their passwords."""
    gives_way: bool = False
    """Whether it works in the background: what runs a release comes first on a busy machine."""
    database_role: str = TASK
    """As whom it works in the release database, where the server has roles."""
    lets_people_in: bool = False
    """Whether people sign in there, and so it gets the secret shared with the organisation's sign-in."""
    reaches_out: bool = False
    """Whether it asks targets, services' databases or GitHub, or tells people, and so gets the connections."""

    @property
    def argv(self) -> list[str]:
        """The command on this machine."""
        return [sys.executable, *self.arguments]


PROGRAMS: Sequence[Program] = (
    Program(
        name="api-server",
        arguments=("-m", "airflow", "api-server"),
        database_role=API,
        lets_people_in=True,
        reaches_out=True,
    ),
    Program(name="scheduler", arguments=("-m", "airflow", "scheduler", "--skip-serve-logs"), reaches_out=True),
    Program(name="dag-processor", arguments=("-m", "airflow", "dag-processor"), gives_way=True),
    Program(name="triggerer", arguments=("-m", "airflow", "triggerer", "--skip-serve-logs")),
    Program(
        name="reconciler",
        arguments=("-m", "slipway.reconciler"),
        database_role=RECONCILER,
        signs_in=True,
        reaches_out=True,
    ),
    Program(
        name="announcer",
        arguments=("-m", "slipway.airflow_edge.announcer"),
        database_role=RECONCILER,
        gives_way=True,
        reaches_out=True,
    ),
)
"""The whole platform, PostgreSQL aside. `airflow standalone` would force its own sign-in."""

PREPARE: Sequence[str] = ("-m", "slipway.airflow_edge.prepare")
"""Brings both databases, people and pools to what this code needs; harmless to repeat."""
SYNC_ACCOUNTS: Sequence[str] = ("-m", "slipway.airflow_edge.sync_accounts")
"""Brings Airflow's accounts to the people of the policy in effect; harmless to repeat."""
