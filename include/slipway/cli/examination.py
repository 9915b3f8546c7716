"""The checks of `slipway doctor`: each says pass, fail or unknown, and what to do. No data is never a pass."""

import os
import platform
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import httpx

from slipway.adapters.database import schema
from slipway.adapters.database.mode import mode_of
from slipway.adapters.database.overview import Overview
from slipway.catalogue.files import catalogue_folder
from slipway.catalogue.load import load_catalogue
from slipway.cli.database import open_store
from slipway.cli.log_verification import verify_database
from slipway.cli.missing_connections import known_variables, missing_connections
from slipway.cli.session import current_url
from slipway.domain.errors import DatabaseUnavailableError, SlipwayError
from slipway.ports.outside.checks import CheckStatus
from slipway.use_cases.show_messages import show_messages

OLDEST, NEWEST = (3, 11), (3, 13)
COMPONENTS = ("metadatabase", "scheduler", "dag_processor", "triggerer")
PATIENCE_SECONDS = 5.0
NO_DATABASE = "the release database does not answer: start it with `make up`, or set SLIPWAY_DATABASE_URL"


@dataclass(frozen=True)
class Finding:
    """How one check ended."""

    name: str
    status: CheckStatus
    detail: str


class NotEvidentialError(SlipwayError):
    """All works, but the log alone proves nothing to somebody who doubts it."""


class NotConnectedError(SlipwayError):
    """All works but what needs these connections, unless a secrets backend of Airflow has them."""


def examination(*, with_log: bool = True) -> Iterator[Finding]:
    """One finding after the other; a check that cannot be made is unknown, with the reason."""
    checks: dict[str, Callable[[], str]] = {
        "python": _python,
        "catalogue": _catalogue,
        "connections": _connections,
        "release database": _database,
        "policy": _policy,
        "messages": _messages,
        **({"log": _log} if with_log else {}),
        "evidence": _evidence,
        "airflow": _airflow,
    }
    for name, check in checks.items():
        try:
            yield Finding(name, CheckStatus.PASS, check())
        except DatabaseUnavailableError:
            first = name == "release database"
            yield Finding(name, CheckStatus.FAIL if first else CheckStatus.UNKNOWN, NO_DATABASE)
        except (NotEvidentialError, NotConnectedError) as error:
            yield Finding(name, CheckStatus.UNKNOWN, str(error))
        except SlipwayError as error:
            yield Finding(name, CheckStatus.FAIL, str(error))


def _python() -> str:
    version = sys.version_info[:2]
    if not OLDEST <= version <= NEWEST:
        raise SlipwayError(f"Python {platform.python_version()}: Slipway needs 3.11, 3.12 or 3.13")
    return platform.python_version()


def _catalogue() -> str:
    folder = catalogue_folder(os.environ)
    return f"{folder}: {len(load_catalogue(folder).services)} services, no problem"


def _connections() -> str:
    missing = missing_connections(load_catalogue(catalogue_folder(os.environ)), known_variables())
    if missing:
        raise NotConnectedError(
            f"services or messages name what the platform (where none runs here: this shell) lacks:"
            f" {', '.join(missing)}. Databases on the embedded server are made by `make down && make up`; set all"
            " others, see docs/how-to/add-a-service.md and docs/how-to/announce-in-slack.md"
        )
    return "all that services and messages name are there"


def _database() -> str:
    store = open_store()
    with store.transaction() as tx:
        server = tx.sql.value("SHOW server_version")
    applied, wanted = schema.applied_revision(store.engine), schema.wanted_revision()
    if applied != wanted:
        raise SlipwayError(
            f"its schema is at {applied or 'nothing'}, this version needs {wanted}: `slipway db upgrade`"
        )
    return f"PostgreSQL {server}, schema at {applied}"


def _policy() -> str:
    with open_store().transaction() as tx:
        policy = Overview(tx.sql).policy()
    if policy is None:
        raise SlipwayError("none is in effect, so nobody may do anything: start the platform (`make up`)")
    return f"{policy['digest'][:12]}, activated by {policy['activated_by']}"


def _messages() -> str:
    ways = show_messages(open_store(), undelivered=True, limit=1)["ways"]
    troubled = [f"{way['way']}: {way['problem']}" for way in ways if way["problem"]]
    if troubled:
        raise NotConnectedError(f"not everybody is told: {'; '.join(troubled)}. See `slipway messages --undelivered`")
    return "nothing is in the way of any"


def _log() -> str:
    result = verify_database(published=None)
    if result.broken is not None:
        raise SlipwayError(f"broken at entry {result.broken.seq}: {result.broken.what}")
    return f"{result.entries} entries, unbroken; head {result.head_seq}:{result.head_hash}"


def _evidence() -> str:
    with open_store().transaction() as tx:
        mode = mode_of(tx.sql)
    if not mode.evidential:
        raise NotEvidentialError(mode.said)
    return mode.said


def _airflow() -> str:
    url = current_url()
    try:
        state = httpx.get(f"{url}/api/v2/monitor/health", timeout=PATIENCE_SECONDS).json()
    except (httpx.HTTPError, ValueError) as error:
        raise SlipwayError(f"nothing healthy answers at {url}: start it with `make up`, or set SLIPWAY_URL") from error
    ill = [name for name in COMPONENTS if (state.get(name) or {}).get("status") != "healthy"]
    if ill:
        raise SlipwayError(f"at {url} these are not healthy: {', '.join(ill)}; see their logs")
    return f"{url}: {', '.join(COMPONENTS)} healthy"
