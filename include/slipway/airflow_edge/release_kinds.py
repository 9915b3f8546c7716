"""What kind of change a release is, for whoever must know it before Airflow keeps a request about it."""

from functools import cached_property

from slipway.domain.release import ChangeKind
from slipway.ports.store import ReleaseStore
from slipway.wiring import make_store


class ReleaseKinds:
    """Asks the release database anew each time: the store that is given, or the wired one."""

    def __init__(self, store: ReleaseStore | None = None) -> None:
        self._given = store

    @cached_property
    def _store(self) -> ReleaseStore:
        return self._given or make_store()

    def of_release(self, release_id: str) -> ChangeKind | None:
        """None where there is no such release. Raises DatabaseUnavailableError."""
        with self._store.transaction() as tx:
            release = tx.releases.get(release_id)
        return None if release is None else release.kind

    def of_run(self, dag_id: str, run_id: str) -> ChangeKind | None:
        """None where the run carries out no release. Raises DatabaseUnavailableError."""
        with self._store.transaction() as tx:
            attempt = tx.releases.attempt_of_run(dag_id, run_id)
            release = None if attempt is None else tx.releases.get(attempt.release_id)
        return None if release is None else release.kind
