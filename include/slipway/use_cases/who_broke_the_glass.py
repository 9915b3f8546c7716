"""Whether Airflow is open to somebody at this instant: asked where the role would be used, so that it ends at once."""

from slipway.domain.errors import DatabaseUnavailableError
from slipway.ports.store import ReleaseStore


def is_open_to(store: ReleaseStore, person: str) -> bool:
    """By the database's clock. Where nobody can tell it is closed."""
    try:
        with store.transaction() as tx:
            opening = tx.break_glass.in_force()
    except DatabaseUnavailableError:
        return False
    return opening is not None and opening.person == person
